# Tests paint their pictures.
target_link_libraries(eval_test PRIVATE opencv_core opencv_imgcodecs)
target_include_directories(eval_test SYSTEM PRIVATE ${OpenCV_INCLUDE_DIRS})
