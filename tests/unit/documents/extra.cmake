#What the shipped forms say is held against the shipped word list.
target_link_libraries(documents_test PRIVATE facegate_wording)
