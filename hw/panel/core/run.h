/* The guardian on a board: the first act after a reset, and the loop that follows. */
#ifndef RUN_H
#define RUN_H

/* Set the pins as they were. Called before memory is set up, so it may rely on none of it. */
void run_first(void);

void run(void) __attribute__((noreturn));

#endif
