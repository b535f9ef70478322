/* Preloaded, it lets MKL take its AVX-512 path on processors of other makers (pytorch/builder#1245), which is the
   fairest rival there. cc -shared -fPIC -o mkl_force_avx512.so mkl_force_avx512.c */
int mkl_serv_intel_cpu_true(void) { return 1; }
