/**
 * The chaos run: mixed load through the front door while servers and processes are killed and
 * paused by a seeded schedule; then every beacon that was answered must be settled once and charged
 * right. {@code ChaosRun} is the story, {@code Traffic} the load with the client's own books
 * ({@code Beacons}), {@code Strikes} draws the {@code Fault}s, {@code Books} compares.
 */
package io.adplatform.loadtest.chaos;
