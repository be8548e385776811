-- DSPs that are asked over OpenRTB, and what currencies are worth. auth_value is sealed (ADR 0120): nothing in this database opens it.
CREATE TABLE demand_partner (
  id                  bigint PRIMARY KEY CHECK (id > 0),
  account_id          bigint NOT NULL REFERENCES account,
  version             bigint NOT NULL DEFAULT 1 CHECK (version > 0),
  name                text NOT NULL CHECK (name ~ '\S' AND length(name) <= 200),
  status              text NOT NULL CHECK (status IN ('ACTIVE', 'PAUSED')),
  endpoint            text NOT NULL CHECK (endpoint ~ '^https?://' AND length(endpoint) <= 2048),
  endpoints           jsonb NOT NULL CHECK (jsonb_typeof(endpoints) = 'object'),
  protocol            text NOT NULL CHECK (protocol IN ('OPENRTB_2_5', 'OPENRTB_2_6')),
  timeout_millis      integer NOT NULL CHECK (timeout_millis BETWEEN 10 AND 5000),
  queries_per_second  integer NOT NULL CHECK (queries_per_second BETWEEN 1 AND 10000000),
  gzip                boolean NOT NULL,
  auth_header         text CHECK (auth_header ~ '^[!#$%&''*+.^_`|~0-9A-Za-z-]{1,64}$'),
  auth_value          text CHECK (auth_value ~ '^s1\.[0-9]{1,3}\.[A-Za-z0-9_-]+$' AND length(auth_value) <= 6000),
  currency            text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  seats               text[] NOT NULL CHECK (cardinality(seats) <= 64),
  margin_basis_points integer NOT NULL CHECK (margin_basis_points BETWEEN 0 AND 9999),
  price_encoding      text NOT NULL CHECK (price_encoding IN ('PLAIN', 'BASE64')),
  formats             text[] NOT NULL CHECK (cardinality(formats) BETWEEN 1 AND 10),
  targeting           jsonb NOT NULL,
  redacted_fields     text[] NOT NULL CHECK (cardinality(redacted_fields) <= 100),
  created_at          timestamptz NOT NULL DEFAULT now(),
  updated_at          timestamptz NOT NULL DEFAULT now(),
  CHECK ((auth_header IS NULL) = (auth_value IS NULL))
);
CREATE INDEX demand_partner_account ON demand_partner (account_id, id);

CREATE TABLE rate_table (
  id            bigint PRIMARY KEY CHECK (id > 0),
  account_id    bigint NOT NULL REFERENCES account,
  version       bigint NOT NULL DEFAULT 1 CHECK (version > 0),
  date          date NOT NULL CONSTRAINT rate_table_date UNIQUE CHECK (date BETWEEN '2000-01-01' AND '2099-12-31'),
  units_per_usd jsonb NOT NULL CHECK (jsonb_typeof(units_per_usd) = 'object'),
  created_at    timestamptz NOT NULL DEFAULT now(),
  updated_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX rate_table_account ON rate_table (account_id, id);

ALTER TABLE demand_partner ENABLE ROW LEVEL SECURITY;
ALTER TABLE rate_table ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON demand_partner USING (sees(account_id)) WITH CHECK (sees(account_id));
CREATE POLICY own ON rate_table USING (sees(account_id)) WITH CHECK (sees(account_id));
GRANT SELECT, INSERT, UPDATE, DELETE ON demand_partner, rate_table TO ${app};
