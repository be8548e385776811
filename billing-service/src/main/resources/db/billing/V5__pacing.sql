-- Line items whose spend is steered, and what one impression of them is charged.
ALTER TABLE line_item ADD COLUMN pacing text NOT NULL DEFAULT 'ASAP',
  ADD COLUMN charge_micros bigint NOT NULL DEFAULT 1 CHECK (charge_micros > 0);
CREATE INDEX line_item_paced ON line_item (id) WHERE pacing <> 'ASAP';

-- What the controller knows of each: see PacingState. The revision orders changes of participation.
CREATE SEQUENCE pacing_revision AS bigint;
CREATE TABLE pacing (
  line_item_id      bigint PRIMARY KEY,
  participation     integer NOT NULL CHECK (participation BETWEEN 1 AND 1000000),
  former            integer NOT NULL CHECK (former BETWEEN 1 AND 1000000),
  published_millis  bigint,
  seen_millis       bigint  NOT NULL,
  seen_micros       bigint  NOT NULL CHECK (seen_micros >= 0),
  window_micros     bigint  NOT NULL CHECK (window_micros >= 0),
  window_exposure   bigint  NOT NULL CHECK (window_exposure >= 0),
  idle_millis       bigint  NOT NULL CHECK (idle_millis >= 0),
  idle_exposure     bigint  NOT NULL CHECK (idle_exposure >= 0),
  version           bigint  NOT NULL,
  revision          bigint  NOT NULL
);
CREATE INDEX pacing_unpublished ON pacing (revision) WHERE published_millis IS NULL;
CREATE INDEX pacing_by_revision ON pacing (revision);

-- What FORECAST goes by: spend and exposure of each hour of the day where the advertiser is, former days fading.
CREATE TABLE pacing_hour (
  line_item_id bigint  NOT NULL,
  hour         integer NOT NULL CHECK (hour BETWEEN 0 AND 23),
  day          bigint  NOT NULL,
  micros       bigint  NOT NULL CHECK (micros >= 0),
  exposure     bigint  NOT NULL CHECK (exposure >= 0),
  PRIMARY KEY (line_item_id, hour)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON pacing, pacing_hour TO ${app};
GRANT USAGE ON SEQUENCE pacing_revision TO ${app};
