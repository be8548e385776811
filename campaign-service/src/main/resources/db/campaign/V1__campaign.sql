-- Accounts, keys, demand and supply, and the outbox of the catalogue. The owner migrates; ${app} works: it owns nothing, and
-- row-level security shows it the rows of the account in adplatform.account, all of them where adplatform.role is operator (an
-- operator's key) or service (the service's own work). Both settings end with the transaction that made them.

CREATE SEQUENCE entity_id AS bigint MINVALUE 1 START 1000;

CREATE FUNCTION sees(account bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT current_setting('adplatform.role', true) IN ('operator', 'service')
      OR account = nullif(current_setting('adplatform.account', true), '')::bigint
$$;

CREATE TABLE account (
  id         bigint PRIMARY KEY CHECK (id > 0),
  version    bigint NOT NULL DEFAULT 1 CHECK (version > 0),
  name       text NOT NULL CHECK (name ~ '\S' AND length(name) <= 200),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE api_key (
  id         bigint PRIMARY KEY CHECK (id > 0),
  account_id bigint NOT NULL REFERENCES account,
  version    bigint NOT NULL DEFAULT 1 CHECK (version > 0),
  role       text NOT NULL CHECK (role IN ('operator', 'advertiser', 'publisher', 'partner')),
  name       text NOT NULL CHECK (name ~ '\S' AND length(name) <= 200),
  prefix     text NOT NULL CHECK (length(prefix) <= 12),
  hash       bytea NOT NULL UNIQUE CHECK (length(hash) = 32),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX api_key_account ON api_key (account_id, id);

CREATE TABLE advertiser (
  id         bigint PRIMARY KEY CHECK (id > 0),
  account_id bigint NOT NULL REFERENCES account,
  version    bigint NOT NULL DEFAULT 1 CHECK (version > 0),
  name       text NOT NULL CHECK (name ~ '\S' AND length(name) <= 200),
  currency   text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  time_zone  text NOT NULL CHECK (length(time_zone) BETWEEN 1 AND 64),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (id, account_id)
);
CREATE INDEX advertiser_account ON advertiser (account_id, id);

CREATE DOMAIN micros AS bigint CHECK (VALUE BETWEEN 1 AND 1000000000000000);

CREATE TABLE campaign (
  id            bigint PRIMARY KEY CHECK (id > 0),
  account_id    bigint NOT NULL,
  advertiser_id bigint NOT NULL,
  version       bigint NOT NULL DEFAULT 1 CHECK (version > 0),
  name          text NOT NULL CHECK (name ~ '\S' AND length(name) <= 200),
  status        text NOT NULL CHECK (status IN ('ACTIVE', 'PAUSED')),
  start_at      timestamptz,
  end_at        timestamptz,
  total_micros  micros,
  daily_micros  micros,
  created_at    timestamptz NOT NULL DEFAULT now(),
  updated_at    timestamptz NOT NULL DEFAULT now(),
  CHECK (start_at < end_at),
  CHECK (daily_micros <= total_micros),
  FOREIGN KEY (advertiser_id, account_id) REFERENCES advertiser (id, account_id),
  UNIQUE (id, advertiser_id, account_id)
);
CREATE INDEX campaign_account ON campaign (account_id, id);
CREATE INDEX campaign_advertiser ON campaign (advertiser_id, id);

CREATE TABLE creative (
  id                 bigint PRIMARY KEY CHECK (id > 0),
  account_id         bigint NOT NULL,
  advertiser_id      bigint NOT NULL,
  version            bigint NOT NULL DEFAULT 1 CHECK (version > 0),
  name               text NOT NULL CHECK (name ~ '\S' AND length(name) <= 200),
  status             text NOT NULL CHECK (status IN ('ACTIVE', 'PAUSED')),
  format             text NOT NULL CHECK (format IN ('BANNER')),
  width              integer NOT NULL CHECK (width BETWEEN 1 AND 10000),
  height             integer NOT NULL CHECK (height BETWEEN 1 AND 10000),
  markup             text NOT NULL CHECK (markup ~ '\S' AND octet_length(markup) <= 65536),
  landing_page       text NOT NULL CHECK (landing_page ~ '^https?://' AND length(landing_page) <= 2048),
  advertiser_domains text[] NOT NULL CHECK (cardinality(advertiser_domains) BETWEEN 1 AND 10),
  categories         text[] NOT NULL CHECK (cardinality(categories) <= 20),
  attributes         integer[] NOT NULL CHECK (cardinality(attributes) <= 20),
  secure             boolean NOT NULL,
  created_at         timestamptz NOT NULL DEFAULT now(),
  updated_at         timestamptz NOT NULL DEFAULT now(),
  FOREIGN KEY (advertiser_id, account_id) REFERENCES advertiser (id, account_id),
  UNIQUE (id, advertiser_id, account_id)
);
CREATE INDEX creative_account ON creative (account_id, id);
CREATE INDEX creative_advertiser ON creative (advertiser_id, id);

CREATE TABLE line_item (
  id             bigint PRIMARY KEY CHECK (id > 0),
  account_id     bigint NOT NULL,
  advertiser_id  bigint NOT NULL,
  campaign_id    bigint NOT NULL,
  version        bigint NOT NULL DEFAULT 1 CHECK (version > 0),
  name           text NOT NULL CHECK (name ~ '\S' AND length(name) <= 200),
  status         text NOT NULL CHECK (status IN ('ACTIVE', 'PAUSED')),
  bid_cpm_micros bigint NOT NULL CHECK (bid_cpm_micros BETWEEN 1 AND 10000000000),
  start_at       timestamptz,
  end_at         timestamptz,
  total_micros   micros,
  daily_micros   micros,
  targeting      jsonb NOT NULL,
  created_at     timestamptz NOT NULL DEFAULT now(),
  updated_at     timestamptz NOT NULL DEFAULT now(),
  CHECK (start_at < end_at),
  CHECK (daily_micros <= total_micros),
  FOREIGN KEY (campaign_id, advertiser_id, account_id) REFERENCES campaign (id, advertiser_id, account_id),
  UNIQUE (id, advertiser_id, account_id)
);
CREATE INDEX line_item_account ON line_item (account_id, id);
CREATE INDEX line_item_campaign ON line_item (campaign_id, id);

-- The three columns on both sides hold a line item to creatives of its own advertiser.
CREATE TABLE line_item_creative (
  line_item_id  bigint NOT NULL,
  position      integer NOT NULL CHECK (position BETWEEN 0 AND 99),
  creative_id   bigint NOT NULL,
  advertiser_id bigint NOT NULL,
  account_id    bigint NOT NULL,
  PRIMARY KEY (line_item_id, creative_id),
  FOREIGN KEY (line_item_id, advertiser_id, account_id) REFERENCES line_item (id, advertiser_id, account_id) ON DELETE CASCADE,
  FOREIGN KEY (creative_id, advertiser_id, account_id) REFERENCES creative (id, advertiser_id, account_id)
);
CREATE INDEX line_item_creative_creative ON line_item_creative (creative_id);

CREATE TABLE supply_partner (
  id                  bigint PRIMARY KEY CHECK (id > 0),
  account_id          bigint NOT NULL REFERENCES account,
  version             bigint NOT NULL DEFAULT 1 CHECK (version > 0),
  key                 text NOT NULL CONSTRAINT supply_partner_key UNIQUE CHECK (key ~ '^[a-z0-9-]{1,64}$'),
  name                text NOT NULL CHECK (name ~ '\S' AND length(name) <= 200),
  status              text NOT NULL CHECK (status IN ('ACTIVE', 'PAUSED')),
  default_tmax_millis integer NOT NULL CHECK (default_tmax_millis BETWEEN 10 AND 10000),
  billable_event      text NOT NULL CHECK (billable_event IN ('BEACON', 'BURL')),
  margin_basis_points integer NOT NULL CHECK (margin_basis_points BETWEEN 0 AND 9999),
  queries_per_second  integer NOT NULL CHECK (queries_per_second BETWEEN 1 AND 10000000),
  max_bids_per_imp    integer NOT NULL CHECK (max_bids_per_imp BETWEEN 1 AND 10),
  record_share        double precision NOT NULL CHECK (record_share BETWEEN 0 AND 1),
  debug               boolean NOT NULL,
  created_at          timestamptz NOT NULL DEFAULT now(),
  updated_at          timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX supply_partner_account ON supply_partner (account_id, id);

CREATE TABLE idempotency (
  key_id       bigint NOT NULL,
  key          text NOT NULL CHECK (length(key) BETWEEN 1 AND 128),
  account_id   bigint NOT NULL,
  request_hash bytea NOT NULL,
  status       integer,
  headers      jsonb,
  body         bytea,
  created_at   timestamptz NOT NULL,
  PRIMARY KEY (key_id, key)
);
CREATE INDEX idempotency_age ON idempotency (created_at);

-- What the topics are still to be told, in the order of commits: see take_versions.
CREATE TABLE outbox (
  version    bigint PRIMARY KEY CHECK (version > 0),
  account_id bigint NOT NULL,
  key        text NOT NULL,
  document   bytea,
  last       boolean NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX outbox_age ON outbox (created_at);

-- One row: the newest version given out.
CREATE TABLE catalogue_clock (
  single  boolean PRIMARY KEY DEFAULT true CHECK (single),
  version bigint NOT NULL CHECK (version >= 0)
);
INSERT INTO catalogue_clock (version) VALUES (0);

-- One row: the newest version that the topics have taken.
CREATE TABLE publication (
  single  boolean PRIMARY KEY DEFAULT true CHECK (single),
  version bigint NOT NULL CHECK (version >= 0)
);
INSERT INTO publication (version) VALUES (0);

-- Gives out the next versions; answers the last of them. The row's lock is held to the commit, and is free only when the commit can
-- be seen: so versions follow the order of commits, have no gaps, and a reader that sees version n sees every one below it.
CREATE FUNCTION take_versions(count integer) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = ${flyway:defaultSchema}, pg_temp AS $$
  UPDATE catalogue_clock SET version = version + count RETURNING version
$$;

CREATE FUNCTION current_version() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ${flyway:defaultSchema}, pg_temp AS $$
  SELECT version FROM catalogue_clock
$$;

-- Whose key has this hash. Any service's login may ask; it tells nothing to one that has no key.
CREATE FUNCTION find_api_key(wanted bytea)
RETURNS TABLE (key_id bigint, account_id bigint, role text, hash bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ${flyway:defaultSchema}, pg_temp AS $$
  SELECT k.id, k.account_id, k.role, k.hash FROM api_key k WHERE k.hash = wanted
$$;
GRANT EXECUTE ON FUNCTION find_api_key(bytea) TO PUBLIC;
GRANT USAGE ON SCHEMA ${flyway:defaultSchema} TO PUBLIC;
REVOKE EXECUTE ON FUNCTION take_versions(integer), current_version() FROM PUBLIC;

ALTER TABLE account ENABLE ROW LEVEL SECURITY;
ALTER TABLE api_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE advertiser ENABLE ROW LEVEL SECURITY;
ALTER TABLE campaign ENABLE ROW LEVEL SECURITY;
ALTER TABLE creative ENABLE ROW LEVEL SECURITY;
ALTER TABLE line_item ENABLE ROW LEVEL SECURITY;
ALTER TABLE line_item_creative ENABLE ROW LEVEL SECURITY;
ALTER TABLE supply_partner ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency ENABLE ROW LEVEL SECURITY;
ALTER TABLE outbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE catalogue_clock ENABLE ROW LEVEL SECURITY;
ALTER TABLE publication ENABLE ROW LEVEL SECURITY;

CREATE POLICY own ON account USING (sees(id)) WITH CHECK (sees(id));
CREATE POLICY own ON api_key USING (sees(account_id)) WITH CHECK (sees(account_id));
CREATE POLICY own ON advertiser USING (sees(account_id)) WITH CHECK (sees(account_id));
CREATE POLICY own ON campaign USING (sees(account_id)) WITH CHECK (sees(account_id));
CREATE POLICY own ON creative USING (sees(account_id)) WITH CHECK (sees(account_id));
CREATE POLICY own ON line_item USING (sees(account_id)) WITH CHECK (sees(account_id));
CREATE POLICY own ON line_item_creative USING (sees(account_id)) WITH CHECK (sees(account_id));
CREATE POLICY own ON supply_partner USING (sees(account_id)) WITH CHECK (sees(account_id));
CREATE POLICY own ON idempotency USING (sees(account_id)) WITH CHECK (sees(account_id));
CREATE POLICY own ON outbox USING (sees(account_id)) WITH CHECK (sees(account_id));
CREATE POLICY service ON catalogue_clock USING (current_setting('adplatform.role', true) = 'service');
CREATE POLICY service ON publication USING (current_setting('adplatform.role', true) = 'service');

GRANT USAGE ON SCHEMA ${flyway:defaultSchema} TO ${app};
GRANT SELECT, INSERT, UPDATE, DELETE ON account, api_key, advertiser, campaign, creative, line_item, line_item_creative,
  supply_partner, idempotency TO ${app};
GRANT SELECT, INSERT, DELETE ON outbox TO ${app};
GRANT SELECT ON catalogue_clock TO ${app};
GRANT SELECT, UPDATE ON publication TO ${app};
GRANT USAGE ON SEQUENCE entity_id TO ${app};
GRANT EXECUTE ON FUNCTION take_versions(integer), current_version(), sees(bigint) TO ${app};
