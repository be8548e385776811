-- Line items whose spend is steered, and what one impression of them is charged.
ALTER TABLE line_item ADD COLUMN paced boolean NOT NULL DEFAULT false,
  ADD COLUMN charge_micros bigint NOT NULL DEFAULT 1 CHECK (charge_micros > 0);
CREATE INDEX line_item_paced ON line_item (id) WHERE paced;

-- What the controller knows of each: see PacingState. The revision orders changes of participation.
CREATE SEQUENCE pacing_revision AS bigint;
CREATE TABLE pacing (
  line_item_id      bigint PRIMARY KEY,
  participation     integer NOT NULL CHECK (participation BETWEEN 1 AND 1000000),
  former            integer NOT NULL CHECK (former BETWEEN 1 AND 1000000),
  decided_millis    bigint  NOT NULL,
  seen_millis       bigint  NOT NULL,
  seen_micros       bigint  NOT NULL CHECK (seen_micros >= 0),
  window_micros     bigint  NOT NULL CHECK (window_micros >= 0),
  window_exposure   bigint  NOT NULL CHECK (window_exposure >= 0),
  revision          bigint  NOT NULL
);
CREATE INDEX pacing_by_revision ON pacing (revision);
GRANT SELECT, INSERT, UPDATE, DELETE ON pacing TO ${app};
GRANT USAGE ON SEQUENCE pacing_revision TO ${app};
