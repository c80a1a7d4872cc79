# Witnesses that answer what no real one would, and clients that ask so.
target_link_libraries(witness_test PRIVATE httplib)
