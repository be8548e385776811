-- What an advertiser may spend over all its campaigns: its terms of payment with its own budget, and what nodes hold of its money.
-- Money is integer micros of the advertiser's currency; *_millis are milliseconds since 1970 UTC.

-- What was agreed, append only; the newest version is in force (the trigger on it says so). Until there is one nothing bounds an
-- advertiser: that is version 1, which has no row. PREPAID: what it has paid ahead. CREDIT: that and the limit.
CREATE TABLE payment_terms (
  advertiser_id       bigint NOT NULL CHECK (advertiser_id > 0),
  version             bigint NOT NULL CHECK (version > 1),
  terms               text   NOT NULL CHECK (terms IN ('UNBOUNDED', 'PREPAID', 'CREDIT')),
  credit_limit_micros ledger_micros CHECK (credit_limit_micros >= 0),
  total_micros        ledger_micros CHECK (total_micros > 0),
  daily_micros        ledger_micros CHECK (daily_micros > 0),
  reason              text   NOT NULL CHECK (reason ~ '\S' AND length(reason) <= 500),
  author_key_id       bigint NOT NULL,
  author_account_id   bigint NOT NULL,
  set_millis          bigint NOT NULL CHECK (set_millis > 0),
  PRIMARY KEY (advertiser_id, version),
  CONSTRAINT payment_terms_limit CHECK ((terms = 'CREDIT') = (credit_limit_micros IS NOT NULL)),
  CONSTRAINT payment_terms_budget CHECK (daily_micros <= total_micros)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payment_terms
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A row for each advertiser of which anything was agreed or leased. Leased: of the unclosed leases what they keep less what was charged
-- on them, so that what was charged is counted in the ledger alone. Its lock comes behind those of line items.
CREATE TABLE advertiser_funds (
  advertiser_id bigint PRIMARY KEY,
  terms_version bigint,
  leased_micros bigint NOT NULL DEFAULT 0 CHECK (leased_micros >= 0),
  FOREIGN KEY (advertiser_id, terms_version) REFERENCES payment_terms (advertiser_id, version)
);

CREATE FUNCTION put_terms_in_force() RETURNS trigger LANGUAGE plpgsql SET search_path = billing, pg_temp AS $$
BEGIN
  INSERT INTO advertiser_funds AS f (advertiser_id, terms_version) VALUES (NEW.advertiser_id, NEW.version)
      ON CONFLICT (advertiser_id) DO UPDATE SET terms_version = excluded.terms_version;
  RETURN NULL;
END $$;
CREATE TRIGGER in_force AFTER INSERT ON payment_terms FOR EACH ROW EXECUTE FUNCTION put_terms_in_force();

-- What an advertiser has of its own and on credit: what it has paid ahead, less what it owes, and the limit. Null is without bound.
CREATE FUNCTION available_micros(advertiser bigint, version bigint) RETURNS numeric
LANGUAGE sql STABLE SET search_path = billing, pg_temp AS $$
  SELECT coalesce(t.credit_limit_micros, 0) - coalesce((
           SELECT sum(b.balance_micros)
             FROM advertiser o
             JOIN ledger_account a ON a.owner_id = o.id AND a.currency = o.currency AND a.kind IN ('FUNDS', 'RECEIVABLE')
             JOIN ledger_balance b ON b.account_id = a.id
            WHERE o.id = t.advertiser_id), 0)
    FROM payment_terms t WHERE t.advertiser_id = $1 AND t.version = $2 AND t.terms <> 'UNBOUNDED'
$$;

-- The rule that no code can break: what is leased of an advertiser's money never goes UP to more than it has. A charge takes the same
-- from either side, in one transaction. A debit by hand, or a limit that is lowered, waits for grants under way: what nodes hold stays
-- theirs, and nothing is granted until enough is free.
CREATE FUNCTION refuse_overdraft() RETURNS trigger LANGUAGE plpgsql SET search_path = billing, pg_temp AS $$
DECLARE
  available numeric;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NEW.terms_version IS DISTINCT FROM OLD.terms_version
        AND NEW.terms_version IS DISTINCT FROM coalesce(OLD.terms_version, 1) + 1 THEN
      RAISE EXCEPTION 'the terms of advertiser % go from version % to %', NEW.advertiser_id, OLD.terms_version, NEW.terms_version
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'terms_in_order';
    END IF;
    IF NEW.leased_micros <= OLD.leased_micros THEN
      RETURN NEW;
    END IF;
  ELSIF NEW.leased_micros = 0 THEN
    RETURN NEW;
  END IF;
  available := available_micros(NEW.advertiser_id, NEW.terms_version);
  IF NEW.leased_micros > available THEN
    RAISE EXCEPTION '% would be leased of advertiser %, who has %', NEW.leased_micros, NEW.advertiser_id, available
      USING ERRCODE = 'check_violation', CONSTRAINT = 'leased_within_funds';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER leased_within_funds BEFORE INSERT OR UPDATE ON advertiser_funds
  FOR EACH ROW EXECUTE FUNCTION refuse_overdraft();

-- An advertiser's own budget, total and daily, is scope A of the sums, beside L and C.
ALTER TABLE spend_total DROP CONSTRAINT spend_total_scope_check, ADD CHECK (scope IN ('L', 'C', 'A'));
ALTER TABLE spend_day DROP CONSTRAINT spend_day_scope_check, ADD CHECK (scope IN ('L', 'C', 'A'));

CREATE OR REPLACE FUNCTION refuse_overcommitment() RETURNS trigger
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
  ELSIF NEW.scope = 'C' THEN
    SELECT CASE TG_TABLE_NAME WHEN 'spend_day' THEN daily_micros ELSE total_micros END
      INTO STRICT bound FROM campaign WHERE id = NEW.id FOR SHARE;
  ELSE
    PERFORM 1 FROM advertiser_funds WHERE advertiser_id = NEW.id FOR SHARE;
    SELECT CASE TG_TABLE_NAME WHEN 'spend_day' THEN t.daily_micros ELSE t.total_micros END INTO bound
      FROM advertiser_funds f JOIN payment_terms t ON t.advertiser_id = f.advertiser_id AND t.version = f.terms_version
     WHERE f.advertiser_id = NEW.id;
  END IF;
  IF NEW.committed_micros > bound THEN
    RAISE EXCEPTION '% of % % would be committed to %, more than its budget of %',
        TG_TABLE_NAME, NEW.scope, NEW.id, NEW.committed_micros, bound
      USING ERRCODE = 'check_violation', CONSTRAINT = 'committed_within_budget';
  END IF;
  RETURN NEW;
END $$;

-- What a former release has granted and counted.
INSERT INTO advertiser_funds (advertiser_id, leased_micros)
SELECT advertiser_id, coalesce(sum(greatest(0, amount_micros - given_back_micros - charged_micros))
                               FILTER (WHERE state <> 'CLOSED'), 0)
  FROM lease GROUP BY advertiser_id;

INSERT INTO spend_day (scope, id, day, committed_micros, charged_micros, over_delivery_micros)
SELECT 'A', c.advertiser_id, s.day, sum(s.committed_micros), sum(s.charged_micros), sum(s.over_delivery_micros)
  FROM spend_day s JOIN campaign c ON c.id = s.id WHERE s.scope = 'C' GROUP BY c.advertiser_id, s.day;

INSERT INTO spend_total (scope, id, committed_micros, charged_micros, over_delivery_micros)
SELECT 'A', c.advertiser_id, sum(s.committed_micros), sum(s.charged_micros), sum(s.over_delivery_micros)
  FROM spend_total s JOIN campaign c ON c.id = s.id WHERE s.scope = 'C' GROUP BY c.advertiser_id;

ALTER TABLE payment_terms ENABLE ROW LEVEL SECURITY;
ALTER TABLE advertiser_funds ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON payment_terms USING (sees_ledger('FUNDS', advertiser_id)) WITH CHECK (operates());
CREATE POLICY own ON advertiser_funds USING (sees_ledger('FUNDS', advertiser_id)) WITH CHECK (operates());

REVOKE ALL ON payment_terms, advertiser_funds FROM PUBLIC, ${app};
GRANT SELECT, INSERT ON payment_terms TO ${app};
GRANT SELECT, INSERT, UPDATE ON advertiser_funds TO ${app};
REVOKE EXECUTE ON FUNCTION put_terms_in_force(), refuse_overdraft() FROM PUBLIC;

-- Who sees sums: of scope A the advertiser's account.
CREATE OR REPLACE FUNCTION sees_spend(scope text, spender bigint) RETURNS boolean LANGUAGE sql STABLE
RETURN CASE scope WHEN 'L' THEN EXISTS (SELECT FROM billing.line_item l WHERE l.id = spender)
                  WHEN 'C' THEN EXISTS (SELECT FROM billing.campaign c WHERE c.id = spender)
                  ELSE EXISTS (SELECT FROM billing.advertiser a WHERE a.id = spender) END;
