# Clients of the real server speak through facegate_client; the messages are looked at directly.
target_link_libraries(rpc_test PRIVATE facegate_client facegate_proto httplib)
