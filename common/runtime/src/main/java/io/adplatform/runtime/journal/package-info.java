/**
 * The journal of a hot node: what its lanes write is recorded by an Aeron Archive and kept until it
 * is shipped.
 *
 * <p>{@link io.adplatform.runtime.journal.JournalDriver} runs the media driver, the Archive and the
 * Aeron client of a process on one housekeeping thread that parks when there is nothing to do; or
 * it connects to the driver of another process ({@link io.adplatform.runtime.journal.DriverMain}).
 * Each lane owns one {@link io.adplatform.runtime.journal.LaneJournal} and alone offers to it; the
 * housekeeping thread records, and wakes the lane when a position that it waits for is recorded. A
 * background thread keeps the recordings in order: free space, recordings that failed. A {@link
 * io.adplatform.runtime.journal.JournalReader} belongs to the shipper's thread and reads the
 * recorded segment files.
 */
package io.adplatform.runtime.journal;
