# What is registered is registered as in production.
target_link_libraries(dossier_test PRIVATE facegate_registry)
target_link_libraries(dossier_test PRIVATE facegate_consent)
