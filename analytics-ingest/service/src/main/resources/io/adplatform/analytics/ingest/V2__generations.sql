ALTER TABLE settled_events
    ADD COLUMN generation UInt16,
    MODIFY ORDER BY (bucket, kafka_partition, kafka_offset, generation);

ALTER TABLE settled_events MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1;

ALTER TABLE auction_details ADD COLUMN generation UInt16;

CREATE TABLE IF NOT EXISTS ingest_topics
(
    topic String,
    generation UInt16,
    topic_id String
)
ENGINE = ReplacingMergeTree
ORDER BY (topic, generation);
