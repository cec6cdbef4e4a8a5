/* Start-up for a Cortex-M4F, semihosting, and a painted stack. No C library but memcpy and memset. */
#include "board.h"

extern uint32_t __data_start[], __data_end[], __data_load[], __bss_start[], __bss_end[], __stack_bottom[], __stack_top[];
extern char __library_start[], __library_end[], __library_bss_start[], __library_bss_end[];

int main(void);

/* A word that no stack frame holds by chance, and how many of them are painted: more than any call uses. */
#define PAINT 0xA5C35A3Cu
#define PAINTED 3072u

static uint32_t *painted_to, deepest;

void Reset_Handler(void) __attribute__((noreturn));
void Reset_Handler(void) {
  uint32_t *from = __data_load, *to;
  /* CP10 and CP11: the FPU, before any instruction that uses it. */
  *(volatile uint32_t *)0xE000ED88u |= 0xFu << 20;
  __asm volatile("dsb\n isb" ::: "memory");
  for (to = __data_start; to < __data_end; to++) *to = *from++;
  for (to = __bss_start; to < __bss_end; to++) *to = 0;
  board_exit(main());
}

static void fault(void) {
  board_print("fault: the processor stopped in an exception\n");
  board_exit(3);
}

__attribute__((section(".vectors"), used)) static void (*const vectors[16])(void) = {
    (void (*)(void))__stack_top, Reset_Handler, fault, fault, fault, fault, fault, 0, 0, 0, 0, fault, fault, 0, fault, fault};

static uint32_t semihost(uint32_t operation, const void *argument) {
  register uint32_t r0 __asm("r0") = operation;
  register const void *r1 __asm("r1") = argument;
  __asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

void board_print(const char *text) { semihost(0x04 /* SYS_WRITE0 */, text); }

void board_print_number(const char *before, uint32_t number, const char *after) {
  char digits[12];
  char *at = digits + sizeof digits - 1;
  *at = 0;
  do {
    *--at = (char)('0' + number % 10);
    number /= 10;
  } while (number != 0);
  board_print(before);
  board_print(at);
  board_print(after);
}

void board_exit(int code) {
  uint32_t block[2] = {0x20026u /* ADP_Stopped_ApplicationExit */, (uint32_t)code};
  semihost(0x20 /* SYS_EXIT_EXTENDED */, block);
  for (;;) __asm volatile("wfi");
}

void __attribute__((noinline)) stack_paint(void) {
  uint32_t *word;
  __asm volatile("mov %0, sp" : "=r"(painted_to));
  for (word = painted_to - PAINTED; word < painted_to; word++) *(volatile uint32_t *)word = PAINT;
}

int32_t __attribute__((noinline)) stack_measured(int32_t result) {
  const uint32_t *word = painted_to - PAINTED;
  uint32_t used;
  if (word < __stack_bottom || *(const volatile uint32_t *)word != PAINT) {
    board_print("the stack is deeper than it is painted\n");
    board_exit(2);
  }
  while (word < painted_to && *(const volatile uint32_t *)word == PAINT) word++;
  used = (uint32_t)((const char *)painted_to - (const char *)word);
  if (used > deepest) deepest = used;
  return result;
}

uint32_t stack_deepest(void) { return deepest; }

uint32_t library_flash(void) { return (uint32_t)(__library_end - __library_start); }
uint32_t library_statics(void) { return (uint32_t)(__library_bss_end - __library_bss_start); }
