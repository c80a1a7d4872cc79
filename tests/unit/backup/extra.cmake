# What opens without a face, for what a restore leaves closed.
target_link_libraries(backup_test PRIVATE facegate_alternatives)
