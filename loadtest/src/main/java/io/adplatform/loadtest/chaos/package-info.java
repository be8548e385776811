/**
 * The chaos run: mixed load through the front door while servers and processes are killed, paused
 * and cut off and the journal's disk fills, by a seeded schedule; then every beacon that was
 * answered must be settled once and charged right. {@code ChaosRun} is the story, {@code Schedule}
 * draws the {@code Fault}s, {@code Strikes} carries them out with {@code Wires} and {@code
 * DiskStrike}; the load and its books are those of {@code loadtest.traffic}.
 */
package io.adplatform.loadtest.chaos;
