# Where Sysdig's collectors are, by the region of the account. The alternative ones listen on 443.

locals {
  collectors = {
    us1 = { host = "collector.sysdigcloud.com", alternative = "collector-alt.sysdigcloud.com" }
    us2 = { host = "ingest-us2.app.sysdig.com", alternative = "ingest-alt-us2.app.sysdig.com" }
    us3 = { host = "ingest.us3.sysdig.com", alternative = "ingest-alt.us3.sysdig.com" }
    us4 = { host = "ingest.us4.sysdig.com", alternative = "ingest-alt.us4.sysdig.com" }
    eu1 = { host = "ingest-eu1.app.sysdig.com", alternative = "ingest-alt-eu1.app.sysdig.com" }
    eu2 = { host = "ingest.eu2.sysdig.com", alternative = "ingest-alt.eu2.sysdig.com" }
    au1 = { host = "ingest.au1.sysdig.com", alternative = "ingest-alt.au1.sysdig.com" }
    in1 = { host = "ingest.in1.sysdig.com", alternative = "ingest-alt.in1.sysdig.com" }
    jp1 = { host = "ingest.jp1.sysdig.com", alternative = "ingest-alt.jp1.sysdig.com" }
    me2 = { host = "ingest.me2.sysdig.com", alternative = "ingest-alt.me2.sysdig.com" }
  }

  # <region>-[private-]monitor and <region>-[private-]secure of IBM Cloud, which have no alternative.
  ibm_region = try(regex("^(?P<region>[a-z]+-[a-z]+)-(?P<private>private-)?(?P<product>monitor|secure)$", var.sysdig_region), null)
  ibm_domains = {
    monitor = "monitoring.cloud.ibm.com"
    secure  = "security-compliance-secure.cloud.ibm.com"
  }
  ibm_host = try("ingest.${local.ibm_region.private == null ? "" : "private."}${local.ibm_region.region}.${local.ibm_domains[local.ibm_region.product]}", null)

  region_host    = try(local.collectors[var.sysdig_region][var.use_alternative_collector ? "alternative" : "host"], var.use_alternative_collector ? null : local.ibm_host)
  collector_host = var.collector_host == null ? local.region_host : var.collector_host
  collector_port = var.collector_port != null ? var.collector_port : var.use_alternative_collector ? 443 : 6443
}
