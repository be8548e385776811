-- Currency and time zone of an advertiser stay as they are from its first campaign on, also when that is deleted: what was charged, owed and
-- agreed is kept in them. Whether an advertiser without campaigns had any before is not known: all that are there stay as they are.
ALTER TABLE advertiser ADD COLUMN had_campaigns boolean NOT NULL DEFAULT false;
UPDATE advertiser SET had_campaigns = true;

CREATE FUNCTION keep_denomination() RETURNS trigger LANGUAGE plpgsql SET search_path = ${flyway:defaultSchema}, pg_temp AS $$
BEGIN
  UPDATE advertiser SET had_campaigns = true WHERE id = NEW.advertiser_id AND NOT had_campaigns;
  RETURN NULL;
END $$;
CREATE TRIGGER keep_denomination AFTER INSERT ON campaign FOR EACH ROW EXECUTE FUNCTION keep_denomination();

CREATE FUNCTION refuse_other_denomination() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'currency and time zone of advertiser % stay as they are: it has or had campaigns', OLD.id
    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'advertiser_denomination';
END $$;
CREATE TRIGGER denomination BEFORE UPDATE ON advertiser FOR EACH ROW
  WHEN (OLD.had_campaigns AND (NEW.currency <> OLD.currency OR NEW.time_zone <> OLD.time_zone OR NOT NEW.had_campaigns))
  EXECUTE FUNCTION refuse_other_denomination();
