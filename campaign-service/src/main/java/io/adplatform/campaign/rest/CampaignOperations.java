package io.adplatform.campaign.rest;

import io.adplatform.campaign.certify.CertificationHandler;
import io.adplatform.campaign.check.PartnerTerms;
import io.adplatform.campaign.entity.Account;
import io.adplatform.campaign.entity.AccountKind;
import io.adplatform.campaign.entity.AdvertiserKind;
import io.adplatform.campaign.entity.ApiKey;
import io.adplatform.campaign.entity.ApiKeyKind;
import io.adplatform.campaign.entity.CampaignKind;
import io.adplatform.campaign.entity.CreativeKind;
import io.adplatform.campaign.entity.DealKind;
import io.adplatform.campaign.entity.DemandPartnerKind;
import io.adplatform.campaign.entity.FloorRuleKind;
import io.adplatform.campaign.entity.LineItemKind;
import io.adplatform.campaign.entity.RateTableKind;
import io.adplatform.campaign.entity.SupplyPartnerKind;
import io.adplatform.campaign.serving.BudgetFloor;
import io.adplatform.runtime.api.ApiServer;
import io.adplatform.wire.catalogue.Advertiser;
import io.adplatform.wire.catalogue.Campaign;
import io.adplatform.wire.catalogue.Creative;
import io.adplatform.wire.catalogue.Deal;
import io.adplatform.wire.catalogue.DemandPartner;
import io.adplatform.wire.catalogue.FloorRule;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.catalogue.RateTable;
import io.adplatform.wire.catalogue.SupplyPartner;

/** Mounts the operations of the document that are tagged {@code campaign}, but for serving. */
public final class CampaignOperations {
  private CampaignOperations() {}

  /** Mounts them all. */
  public static void mount(
      ApiServer.Builder api, EntityWrites writes, BudgetFloor floor, PartnerTerms partnerTerms) {
    mountAccounts(api, writes);
    mountDemand(api, writes, floor);
    mountLineItems(api, writes, floor);
    mountSupply(api, writes);
    mountPartners(api, writes, partnerTerms);
  }

  private static void mountAccounts(ApiServer.Builder api, EntityWrites writes) {
    EntityHandler<Account> accounts = new EntityHandler<>(new AccountKind(), writes);
    EntityHandler<ApiKey> keys = new EntityHandler<>(new ApiKeyKind(), writes);
    ApiKeyHandler apiKeys = new ApiKeyHandler(keys);
    api.operation("createAccount", r -> accounts.create(r, Parents::none))
        .operation("createApiKey", apiKeys::create)
        .operation("listApiKeys", r -> keys.listBelow(r, new AccountKind(), "account_id"))
        .operation("deleteApiKey", apiKeys::delete)
        .operation("getApiKey", keys::get)
        .operation("updateApiKey", keys::update);
    mountCommon(api, "Account", accounts);
  }

  private static void mountDemand(ApiServer.Builder api, EntityWrites writes, BudgetFloor floor) {
    EntityHandler<Advertiser> advertisers = new EntityHandler<>(new AdvertiserKind(), writes);
    EntityHandler<Campaign> campaigns =
        new EntityHandler<>(new CampaignKind(), writes, floor::check);
    EntityHandler<Creative> creatives = new EntityHandler<>(new CreativeKind(), writes);
    api.operation("createAdvertiser", r -> advertisers.create(r, Parents::accountInBody))
        .operation("createCampaign", r -> campaigns.create(r, Parents::advertiser))
        .operation("createCreative", r -> creatives.create(r, Parents::advertiser))
        .operation(
            "listAdvertiserCampaigns",
            r -> campaigns.listBelow(r, new AdvertiserKind(), "advertiser_id"))
        .operation(
            "listAdvertiserCreatives",
            r -> creatives.listBelow(r, new AdvertiserKind(), "advertiser_id"));
    mountCommon(api, "Advertiser", advertisers);
    mountCommon(api, "Campaign", campaigns);
    mountCommon(api, "Creative", creatives);
  }

  private static void mountLineItems(
      ApiServer.Builder api, EntityWrites writes, BudgetFloor floor) {
    EntityHandler<LineItem> lineItems =
        new EntityHandler<>(new LineItemKind(), writes, floor::check);
    api.operation("createLineItem", r -> lineItems.create(r, Parents::campaign))
        .operation(
            "listCampaignLineItems",
            r -> lineItems.listBelow(r, new CampaignKind(), "campaign_id"));
    mountCommon(api, "LineItem", lineItems);
  }

  private static void mountSupply(ApiServer.Builder api, EntityWrites writes) {
    EntityHandler<SupplyPartner> partners = new EntityHandler<>(new SupplyPartnerKind(), writes);
    api.operation("createSupplyPartner", r -> partners.create(r, Parents::accountInBody));
    mountCommon(api, "SupplyPartner", partners);
    EntityHandler<Deal> deals = new EntityHandler<>(new DealKind(), writes);
    EntityHandler<FloorRule> floors = new EntityHandler<>(new FloorRuleKind(), writes);
    api.operation("createDeal", r -> deals.create(r, Parents::accountOfDeal))
        .operation("createFloorRule", r -> floors.create(r, Parents::supplyPartnerInBody));
    mountCommon(api, "Deal", deals);
    mountCommon(api, "FloorRule", floors);
  }

  private static void mountPartners(
      ApiServer.Builder api, EntityWrites writes, PartnerTerms terms) {
    EntityHandler<DemandPartner> partners =
        new EntityHandler<>(new DemandPartnerKind(terms), writes);
    EntityHandler<RateTable> rates = new EntityHandler<>(new RateTableKind(), writes);
    api.operation("createDemandPartner", r -> partners.create(r, Parents::accountInBody))
        .operation(
            "testDemandPartner", new CertificationHandler(writes.transactions(), terms)::test)
        .operation("createRateTable", r -> rates.create(r, Parents::accountInBody));
    mountCommon(api, "DemandPartner", partners);
    mountCommon(api, "RateTable", rates);
  }

  /** What every kind has under the same names. */
  private static void mountCommon(ApiServer.Builder api, String name, EntityHandler<?> handler) {
    api.operation("list" + name + "s", handler::list)
        .operation("get" + name, handler::get)
        .operation("update" + name, handler::update)
        .operation("delete" + name, handler::delete);
  }
}
