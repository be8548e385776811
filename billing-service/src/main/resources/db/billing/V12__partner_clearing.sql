-- What demand partners owe: an account PARTNER_CLEARING of each, which is debited what its bids are charged, in place of an advertiser's.

-- Whose demand partners are whose, as the topic `catalogue` has it.
CREATE TABLE demand_partner (
  id         bigint PRIMARY KEY,
  account_id bigint  NOT NULL,
  version    bigint  NOT NULL,
  deleted    boolean NOT NULL DEFAULT false
);
ALTER TABLE demand_partner ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON demand_partner USING (sees(account_id)) WITH CHECK (operates());
REVOKE ALL ON demand_partner FROM PUBLIC, ${app};
GRANT SELECT, INSERT, UPDATE ON demand_partner TO ${app};

ALTER TABLE ledger_account
  DROP CONSTRAINT ledger_account_kind_check,
  ADD CONSTRAINT ledger_account_kind_check
    CHECK (kind IN ('CASH', 'FUNDS', 'RECEIVABLE', 'PAYABLE', 'PARTNER_CLEARING', 'MARGIN', 'ADJUSTMENT')),
  DROP CONSTRAINT ledger_account_check,
  ADD CONSTRAINT ledger_account_check CHECK (owner_id = 0 OR kind IN ('FUNDS', 'RECEIVABLE', 'PAYABLE', 'PARTNER_CLEARING')),
  ADD CONSTRAINT ledger_account_clearing CHECK (kind <> 'PARTNER_CLEARING' OR owner_id > 0);

-- 0: charged to an advertiser. An entry of a demand partner's bids has neither line item nor advertiser.
ALTER TABLE ledger_entry
  ADD COLUMN demand_partner_id bigint NOT NULL DEFAULT 0 CHECK (demand_partner_id >= 0),
  ADD CONSTRAINT ledger_entry_demand CHECK (
    demand_partner_id = 0
    OR kind IN ('SETTLED', 'CORRECTION') AND advertiser_id = 0 AND line_item_id IS NOT DISTINCT FROM 0),
  DROP CONSTRAINT ledger_entry_once,
  ADD CONSTRAINT ledger_entry_once
    UNIQUE (range_id, line_item_id, demand_partner_id, supply_partner_id, currency, hour_millis);

-- As before; demand is the advertiser's accounts, or the demand partner's, whichever the entry names, and never both.
CREATE FUNCTION is_demand(kind text) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN kind IN ('FUNDS', 'RECEIVABLE', 'PARTNER_CLEARING');

CREATE FUNCTION is_demand_of(kind text, owner bigint, advertiser bigint, demand_partner bigint) RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN CASE WHEN demand_partner <> 0 THEN kind = 'PARTNER_CLEARING' AND owner = demand_partner
            ELSE kind IN ('FUNDS', 'RECEIVABLE') AND owner IS NOT DISTINCT FROM advertiser END;

CREATE OR REPLACE FUNCTION refuse_unbalanced_postings() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = billing, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  bad record;
BEGIN
  SELECT s.*, e.currency, e.charged_micros, e.cost_micros, e.made_in = pg_current_xact_id() AS open,
         s.others > 0 AS others_account INTO bad
    FROM (SELECT n.entry_id, sum(n.amount_micros) AS total, count(*) AS parts,
                 coalesce(sum(n.amount_micros) FILTER (WHERE is_demand(a.kind)), 0) AS demand,
                 coalesce(sum(n.amount_micros) FILTER (WHERE a.kind = 'PAYABLE'), 0) AS supply,
                 count(*) FILTER (WHERE is_demand(a.kind)
                                        AND NOT is_demand_of(a.kind, a.owner_id, t.advertiser_id, t.demand_partner_id)
                                     OR a.kind = 'PAYABLE' AND a.owner_id IS DISTINCT FROM t.supply_partner_id) AS others
            FROM added n JOIN ledger_account a ON a.id = n.account_id JOIN ledger_entry t ON t.id = n.entry_id
           GROUP BY n.entry_id) AS s
    JOIN ledger_entry e ON e.id = s.entry_id
   WHERE e.made_in <> pg_current_xact_id() OR s.total <> 0 OR s.parts < 2 OR s.others > 0
      OR e.kind = 'SETTLED' AND (s.demand <> e.charged_micros OR s.supply <> -e.cost_micros)
      OR e.kind = 'CORRECTION' AND (s.demand <> -e.charged_micros OR s.supply <> e.cost_micros)
   LIMIT 1;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  IF NOT bad.open THEN
    RAISE EXCEPTION 'entry % is complete: nothing is added to it', bad.entry_id
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_append_only';
  END IF;
  IF bad.total <> 0 OR bad.parts < 2 THEN
    RAISE EXCEPTION 'entry % gets % postings that come to % %, not to 0', bad.entry_id, bad.parts, bad.total, bad.currency
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_entry_balanced';
  END IF;
  IF bad.others_account THEN
    RAISE EXCEPTION 'entry % posts to an account of another than its advertiser, its demand and its supply partner', bad.entry_id
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_entry_owner';
  END IF;
  RAISE EXCEPTION 'entry % says % charged and % cost, its postings to demand % and to supply %',
      bad.entry_id, bad.charged_micros, bad.cost_micros, bad.demand, bad.supply
    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_entry_balanced';
END $$;

CREATE OR REPLACE FUNCTION refuse_unbalanced() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = billing, pg_temp AS $$
DECLARE
  total   numeric;
  parts   bigint;
  demand  numeric;
  supply  numeric;
  sign    integer;
BEGIN
  SELECT coalesce(sum(p.amount_micros), 0), count(*),
         coalesce(sum(p.amount_micros) FILTER (WHERE is_demand_of(a.kind, a.owner_id, NEW.advertiser_id, NEW.demand_partner_id)), 0),
         coalesce(sum(p.amount_micros) FILTER (WHERE a.kind = 'PAYABLE' AND a.owner_id = NEW.supply_partner_id), 0)
    INTO total, parts, demand, supply
    FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id WHERE p.entry_id = NEW.id;
  IF total <> 0 OR parts < 2 THEN
    RAISE EXCEPTION 'entry % has % postings that come to % %, not to 0', NEW.id, parts, total, NEW.currency
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_entry_balanced';
  END IF;
  IF NEW.kind IN ('SETTLED', 'CORRECTION') THEN
    sign := CASE NEW.kind WHEN 'SETTLED' THEN 1 ELSE -1 END;
    IF demand <> sign * NEW.charged_micros OR supply <> -sign * NEW.cost_micros THEN
      RAISE EXCEPTION 'entry % says % charged and % cost, its postings % and %',
          NEW.id, NEW.charged_micros, NEW.cost_micros, sign * demand, -sign * supply
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_entry_balanced';
    END IF;
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION refuse_excess() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = billing, pg_temp AS $$
DECLARE
  e       ledger_entry;
  charged numeric;
  cost    numeric;
BEGIN
  PERFORM hold_correction(NEW.corrects_entry_id);
  SELECT * INTO STRICT e FROM ledger_entry WHERE id = NEW.corrects_entry_id;
  SELECT coalesce(sum(c.charged_micros), 0), coalesce(sum(c.cost_micros), 0) INTO charged, cost
    FROM ledger_entry c WHERE c.corrects_entry_id = e.id;
  IF e.kind <> 'SETTLED' OR e.currency <> NEW.currency OR e.advertiser_id <> NEW.advertiser_id
      OR e.supply_partner_id <> NEW.supply_partner_id OR e.demand_partner_id <> NEW.demand_partner_id
      OR charged + NEW.charged_micros > e.charged_micros OR cost + NEW.cost_micros > e.cost_micros THEN
    RAISE EXCEPTION 'a correction of entry % takes back more than it holds, or another''s', e.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_correction_within_entry';
  END IF;
  RETURN NEW;
END $$;

-- A partner's key sees what its supply partners get and what its demand partners owe.
CREATE OR REPLACE FUNCTION sees_ledger(kind text, owner bigint) RETURNS boolean LANGUAGE sql STABLE
RETURN operates()
  OR CASE current_setting('adplatform.role', true)
       WHEN 'advertiser' THEN kind IN ('FUNDS', 'RECEIVABLE')
         AND EXISTS (SELECT FROM billing.advertiser a WHERE a.id = owner AND sees(a.account_id))
       WHEN 'partner' THEN
            kind = 'PAYABLE' AND EXISTS (SELECT FROM billing.supply_partner s WHERE s.id = owner AND sees(s.account_id))
         OR kind = 'PARTNER_CLEARING'
            AND EXISTS (SELECT FROM billing.demand_partner d WHERE d.id = owner AND sees(d.account_id))
       ELSE false
     END;
