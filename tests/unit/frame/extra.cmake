#The tests make their own pictures.
target_link_libraries(frame_test PRIVATE opencv_core opencv_imgcodecs)
