# What auditors verify with is held against what the ledger writes.
target_link_libraries(audit_test PRIVATE facegate_report)
