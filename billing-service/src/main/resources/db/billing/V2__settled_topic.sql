-- Which topic the offset is of: Kafka gives a topic that is made anew another id. Null is not known.
ALTER TABLE settled_offset ADD COLUMN topic_id text;
