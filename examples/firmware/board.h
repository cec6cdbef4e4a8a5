/* The board: output, an end, and a measure of the stack. */
#ifndef BOARD_H
#define BOARD_H
#include <stdint.h>

/* Semihosting: the emulator (or a debugger) prints and ends for us. */
void board_print(const char *text);
void board_print_number(const char *before, uint32_t number, const char *after);
void board_exit(int code) __attribute__((noreturn));

/* MEASURED(call) makes a call and measures the stack below the caller that it used; stack_deepest() returns the most of all of them. */
#define MEASURED(call) (stack_paint(), stack_measured(call))
void stack_paint(void);
int32_t stack_measured(int32_t result);
uint32_t stack_deepest(void);

/* Bytes of the library in flash, and of its statics in RAM. */
uint32_t library_flash(void);
uint32_t library_statics(void);

#endif
