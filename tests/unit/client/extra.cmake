# A client is tested against the real server.
target_link_libraries(client_test PRIVATE facegate_rpc facegate_proto)
