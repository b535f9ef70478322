// A program that musl's loader starts. It loads the add-on as Node.js does, on two threads in turn,
// and prints the version of Node-API that the add-on asks for. The file NODE_API has the functions
// of Node-API by name; they are never called.
#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include NODE_API

static int32_t versionIn(const char* path) {
  void* addon = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (addon == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    exit(1);
  }
  int32_t (*version)(void) = (int32_t(*)(void))dlsym(addon, "node_api_module_get_api_version_v1");
  return version();
}

static void* onThread(void* path) { return (void*)(intptr_t)versionIn(path); }

int main(int count, char** arguments) {
  if (count != 2) return 2;
  pthread_t thread;
  void* there;
  if (pthread_create(&thread, NULL, onThread, arguments[1]) != 0) return 3;
  if (pthread_join(thread, &there) != 0) return 4;
  printf("%d %d\n", (int)(intptr_t)there, (int)versionIn(arguments[1]));
  return 0;
}
