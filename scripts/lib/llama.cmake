# Read by CMake right after llama.cpp's own project() line (CMAKE_PROJECT_<name>_INCLUDE).
# llama-cpp-python 0.3.36 forces the common library on, 57 of 140 files that the box never loads.
set(LLAMA_BUILD_COMMON OFF CACHE BOOL "Not used by the Python package" FORCE)
