# make install: the command, the libraries of the generator with their public headers, and the files
# that find_package(nacre) reads.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(nacre_package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/nacre)
set(nacre_libraries nacre_diagnostics nacre_devices nacre_spec nacre_design nacre_emit nacre_generator)

foreach(library IN LISTS nacre_libraries)
  target_include_directories(${library} INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
endforeach()
install(TARGETS ${nacre_libraries} EXPORT nacre_targets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/generator/include/nacre
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development FILES_MATCHING PATTERN "*.hpp")
install(EXPORT nacre_targets NAMESPACE nacre:: FILE nacreTargets.cmake
  DESTINATION ${nacre_package_folder} COMPONENT development)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/nacreConfig.cmake.in
  ${PROJECT_BINARY_DIR}/nacreConfig.cmake INSTALL_DESTINATION ${nacre_package_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/nacreConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/nacreConfig.cmake ${PROJECT_BINARY_DIR}/nacreConfigVersion.cmake
  DESTINATION ${nacre_package_folder} COMPONENT development)
# The leaves are inside the library; the copy is for people who read or simulate them alone.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/rtl DESTINATION ${CMAKE_INSTALL_DATADIR}/nacre
  COMPONENT development FILES_MATCHING PATTERN "*.sv" PATTERN "*.vlt")
if(NACRE_BUILD_TOOLS)
  install(TARGETS nacre RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT tools)
endif()
