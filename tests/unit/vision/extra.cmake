# The models' tests compare with what the files say, read by a parser of their own.
target_link_libraries(vision_test PRIVATE nlohmann_json::nlohmann_json)
