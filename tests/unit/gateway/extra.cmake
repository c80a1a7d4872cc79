target_link_libraries(gateway_test PRIVATE facegate_vision facegate_gallery facegate_consent
                      facegate_test_yard)
