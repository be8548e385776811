-- Private deals with supply partners, and the least prices asked of their imps beside those that requests name.

ALTER TABLE line_item ADD COLUMN deal_only boolean NOT NULL DEFAULT false;
ALTER TABLE line_item ADD CONSTRAINT line_item_of_account UNIQUE (id, account_id);

CREATE TABLE deal (
  id                bigint PRIMARY KEY CHECK (id > 0),
  account_id        bigint NOT NULL REFERENCES account,
  version           bigint NOT NULL DEFAULT 1 CHECK (version > 0),
  deal_id           text NOT NULL CHECK (deal_id ~ '\S' AND octet_length(deal_id) <= 256),
  name              text NOT NULL CHECK (name ~ '\S' AND length(name) <= 200),
  status            text NOT NULL CHECK (status IN ('ACTIVE', 'PAUSED')),
  supply_partner_id bigint NOT NULL REFERENCES supply_partner,
  floor_micros      bigint NOT NULL CHECK (floor_micros BETWEEN 0 AND 10000000000),
  currency          text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  auction_type      text NOT NULL CHECK (auction_type IN ('FIRST_PRICE', 'SECOND_PRICE', 'FIXED')),
  wseat             text[] NOT NULL CHECK (cardinality(wseat) <= 100),
  wadomain          text[] NOT NULL CHECK (cardinality(wadomain) <= 100),
  guaranteed        boolean NOT NULL,
  start_at          timestamptz,
  end_at            timestamptz,
  created_at        timestamptz NOT NULL DEFAULT now(),
  updated_at        timestamptz NOT NULL DEFAULT now(),
  CHECK (start_at < end_at),
  CHECK (auction_type <> 'FIXED' OR floor_micros > 0),
  CONSTRAINT deal_of_partner UNIQUE (supply_partner_id, deal_id),
  UNIQUE (id, account_id)
);
CREATE INDEX deal_account ON deal (account_id, id);

-- Both columns on both sides hold a deal to line items of its own account.
CREATE TABLE deal_line_item (
  deal_id      bigint NOT NULL,
  position     integer NOT NULL CHECK (position BETWEEN 0 AND 99),
  line_item_id bigint NOT NULL,
  account_id   bigint NOT NULL,
  PRIMARY KEY (deal_id, line_item_id),
  FOREIGN KEY (deal_id, account_id) REFERENCES deal (id, account_id) ON DELETE CASCADE,
  FOREIGN KEY (line_item_id, account_id) REFERENCES line_item (id, account_id)
);
CREATE INDEX deal_line_item_line_item ON deal_line_item (line_item_id);

CREATE TABLE floor_rule (
  id                bigint PRIMARY KEY CHECK (id > 0),
  account_id        bigint NOT NULL REFERENCES account,
  version           bigint NOT NULL DEFAULT 1 CHECK (version > 0),
  name              text NOT NULL CHECK (name ~ '\S' AND length(name) <= 200),
  status            text NOT NULL CHECK (status IN ('ACTIVE', 'PAUSED')),
  supply_partner_id bigint NOT NULL REFERENCES supply_partner,
  placements        text[] NOT NULL CHECK (cardinality(placements) <= 100),
  targeting         jsonb NOT NULL,
  formats           text[] NOT NULL CHECK (formats <@ ARRAY['BANNER', 'VIDEO', 'NATIVE']),
  floor_micros      bigint NOT NULL CHECK (floor_micros BETWEEN 1 AND 10000000000),
  currency          text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  created_at        timestamptz NOT NULL DEFAULT now(),
  updated_at        timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX floor_rule_account ON floor_rule (account_id, id);
CREATE INDEX floor_rule_partner ON floor_rule (supply_partner_id);

ALTER TABLE deal ENABLE ROW LEVEL SECURITY;
ALTER TABLE deal_line_item ENABLE ROW LEVEL SECURITY;
ALTER TABLE floor_rule ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON deal USING (sees(account_id)) WITH CHECK (sees(account_id));
CREATE POLICY own ON deal_line_item USING (sees(account_id)) WITH CHECK (sees(account_id));
CREATE POLICY own ON floor_rule USING (sees(account_id)) WITH CHECK (sees(account_id));
GRANT SELECT, INSERT, UPDATE, DELETE ON deal, deal_line_item, floor_rule TO ${app};
