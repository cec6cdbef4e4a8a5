/* Wine 8 has no bcryptprimitives.dll, which Rust's standard library takes its random numbers from. This one asks the function that Windows had before. */
#include <windows.h>

BOOLEAN NTAPI SystemFunction036(void *bytes, ULONG count);

__declspec(dllexport) BOOL WINAPI ProcessPrng(BYTE *bytes, SIZE_T count) {
  return SystemFunction036(bytes, (ULONG)count);
}
