/**
 * The soak: mixed load at a moderate rate for an hour, and what it does to the memory of each
 * process. {@code SoakRun} is the story, {@code Part} finds the processes, {@code Sample} is what
 * is read of one, {@code Growth} judges.
 */
package io.adplatform.loadtest.soak;
