-- What billing-service knows of budgets, what it has granted against them, and what was charged.
-- Money is integer micros of the advertiser's currency; *_millis are milliseconds since 1970 UTC.

-- Budgets, as the topic `catalogue` has them. Documents come in any order, so there are no foreign keys here;
-- a deleted row stays, because leases and sums refer to it.
CREATE TABLE advertiser (
  id         bigint PRIMARY KEY,
  account_id bigint  NOT NULL,
  currency   text    NOT NULL,
  time_zone  text    NOT NULL,
  version    bigint  NOT NULL,
  deleted    boolean NOT NULL DEFAULT false
);

CREATE TABLE campaign (
  id            bigint PRIMARY KEY,
  account_id    bigint  NOT NULL,
  advertiser_id bigint  NOT NULL,
  active        boolean NOT NULL,
  start_millis  bigint,
  end_millis    bigint,
  total_micros  bigint CHECK (total_micros >= 0),
  daily_micros  bigint CHECK (daily_micros >= 0),
  version       bigint  NOT NULL,
  deleted       boolean NOT NULL DEFAULT false
);

CREATE TABLE line_item (
  id            bigint PRIMARY KEY,
  account_id    bigint  NOT NULL,
  advertiser_id bigint  NOT NULL,
  campaign_id   bigint  NOT NULL,
  active        boolean NOT NULL,
  start_millis  bigint,
  end_millis    bigint,
  total_micros  bigint CHECK (total_micros >= 0),
  daily_micros  bigint CHECK (daily_micros >= 0),
  version       bigint  NOT NULL,
  deleted       boolean NOT NULL DEFAULT false
);

-- Who asks for leases and whose journals are awaited. The revision goes up with every change that the node has
-- to hear of; it is assigned under the row's lock, so that it follows commit order.
CREATE TABLE node (
  id                 integer PRIMARY KEY CHECK (id BETWEEN 1 AND 65535),
  boot               bigint NOT NULL DEFAULT 0,
  sequence           bigint NOT NULL DEFAULT 0,
  revision           bigint NOT NULL DEFAULT 0,
  acknowledged       bigint NOT NULL DEFAULT 0,
  seen_millis        bigint NOT NULL DEFAULT 0,
  written_off_millis bigint
);

CREATE SEQUENCE lease_id AS bigint;

CREATE TABLE lease (
  id                 bigint PRIMARY KEY,
  node_id            integer NOT NULL REFERENCES node,
  boot               bigint  NOT NULL,
  line_item_id       bigint  NOT NULL REFERENCES line_item,
  campaign_id        bigint  NOT NULL REFERENCES campaign,
  advertiser_id      bigint  NOT NULL,
  account_id         bigint  NOT NULL,
  day                date    NOT NULL,
  amount_micros      bigint  NOT NULL CHECK (amount_micros > 0),
  currency           text    NOT NULL,
  partition          integer NOT NULL,
  granted_millis     bigint  NOT NULL,
  day_end_millis     bigint  NOT NULL,
  bid_until_millis   bigint  NOT NULL,
  last_expiry_millis bigint  NOT NULL,
  ended              boolean NOT NULL DEFAULT false,
  state              text    NOT NULL DEFAULT 'OPEN' CHECK (state IN ('OPEN', 'CLOSING', 'CLOSED')),
  charged_micros     bigint  NOT NULL DEFAULT 0 CHECK (charged_micros >= 0),
  close_sent_millis  bigint  NOT NULL DEFAULT 0,
  closed_millis      bigint,
  revision           bigint  NOT NULL,
  CHECK (bid_until_millis <= day_end_millis),
  CHECK (bid_until_millis <= last_expiry_millis),
  CHECK ((state = 'CLOSED') = (closed_millis IS NOT NULL))
);

CREATE INDEX lease_by_node ON lease (node_id, boot, revision);
CREATE INDEX lease_unclosed_by_line_item ON lease (line_item_id, node_id) WHERE state <> 'CLOSED';
CREATE INDEX lease_open_by_expiry ON lease (partition, last_expiry_millis) WHERE state = 'OPEN';
CREATE INDEX lease_closing ON lease (close_sent_millis) WHERE state = 'CLOSING';

-- What was charged on an unclosed lease, as the lanes keep their buckets.
CREATE TABLE lease_charge (
  lease_id       bigint  NOT NULL REFERENCES lease,
  lane           integer NOT NULL,
  expiry_second  bigint  NOT NULL,
  node_id        integer NOT NULL,
  boot           bigint  NOT NULL,
  charged_micros bigint  NOT NULL CHECK (charged_micros >= 0),
  revision       bigint  NOT NULL,
  PRIMARY KEY (lease_id, lane, expiry_second)
);

CREATE INDEX lease_charge_by_node ON lease_charge (node_id, boot, revision);

-- Committed: the amounts of unclosed leases and what was charged on closed ones. Charged: on all of them.
-- Scope L is a line item, C a campaign.
CREATE TABLE spend_total (
  scope                text   NOT NULL CHECK (scope IN ('L', 'C')),
  id                   bigint  NOT NULL,
  committed_micros     bigint  NOT NULL DEFAULT 0 CHECK (committed_micros >= 0),
  charged_micros       bigint  NOT NULL DEFAULT 0 CHECK (charged_micros >= 0),
  over_delivery_micros bigint  NOT NULL DEFAULT 0 CHECK (over_delivery_micros >= 0),
  PRIMARY KEY (scope, id)
);

CREATE TABLE spend_day (
  scope                text   NOT NULL CHECK (scope IN ('L', 'C')),
  id                   bigint  NOT NULL,
  day                  date    NOT NULL,
  committed_micros     bigint  NOT NULL DEFAULT 0 CHECK (committed_micros >= 0),
  charged_micros       bigint  NOT NULL DEFAULT 0 CHECK (charged_micros >= 0),
  over_delivery_micros bigint  NOT NULL DEFAULT 0 CHECK (over_delivery_micros >= 0),
  PRIMARY KEY (scope, id, day)
);

-- The rule that no code can break: what is committed never goes UP to more than the budget in force. Lowering a
-- budget below what is committed is allowed: it touches no row here, and nothing is granted until enough is free.
-- The budget's row is locked, so that a change of the budget and a grant cannot pass each other.
CREATE FUNCTION refuse_overcommitment() RETURNS trigger
LANGUAGE plpgsql SET search_path = billing, pg_temp AS $$
DECLARE
  bound bigint;
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.committed_micros <= OLD.committed_micros THEN
    RETURN NEW;
  END IF;
  IF NEW.committed_micros = 0 THEN
    RETURN NEW;
  END IF;
  IF NEW.scope = 'L' THEN
    SELECT CASE TG_TABLE_NAME WHEN 'spend_day' THEN daily_micros ELSE total_micros END
      INTO STRICT bound FROM line_item WHERE id = NEW.id FOR SHARE;
  ELSE
    SELECT CASE TG_TABLE_NAME WHEN 'spend_day' THEN daily_micros ELSE total_micros END
      INTO STRICT bound FROM campaign WHERE id = NEW.id FOR SHARE;
  END IF;
  IF NEW.committed_micros > bound THEN
    RAISE EXCEPTION '% of % % would be committed to %, more than its budget of %',
        TG_TABLE_NAME, NEW.scope, NEW.id, NEW.committed_micros, bound
      USING ERRCODE = 'check_violation', CONSTRAINT = 'committed_within_budget';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER committed_within_budget BEFORE INSERT OR UPDATE ON spend_total
  FOR EACH ROW EXECUTE FUNCTION refuse_overcommitment();
CREATE TRIGGER committed_within_budget BEFORE INSERT OR UPDATE ON spend_day
  FOR EACH ROW EXECUTE FUNCTION refuse_overcommitment();

-- How far settlement has come with each node's journal, by partition.
CREATE TABLE settled_mark (
  node_id               integer NOT NULL REFERENCES node,
  partition             integer NOT NULL,
  settled_up_to_millis  bigint  NOT NULL,
  PRIMARY KEY (node_id, partition)
);

-- The next offset of `settled` to be counted, written in the transaction that counts.
CREATE TABLE settled_offset (
  partition   integer PRIMARY KEY,
  next_offset bigint NOT NULL
);

GRANT USAGE ON SCHEMA billing TO ${app};
GRANT SELECT, INSERT, UPDATE ON
  advertiser, campaign, line_item, node, lease, spend_total, spend_day, settled_mark, settled_offset TO ${app};
GRANT SELECT, INSERT, UPDATE, DELETE ON lease_charge TO ${app};
GRANT USAGE ON SEQUENCE lease_id TO ${app};
