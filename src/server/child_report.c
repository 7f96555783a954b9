/* child_report: see child_report.h. */
#include "server/child_report.h"

#include <string.h>

#include "config/config.h"

bool report_check(const void *data, size_t len, uint32_t candidates, struct report *out)
{
	struct capname parsed;

	if (len != sizeof(*out))
		return false;
	memcpy(out, data, sizeof(*out));
	if (memchr(out->name, '\0', sizeof(out->name)) == NULL)
		return false;
	switch (out->kind) {
	case REPORT_ESTABLISHED:
		return out->candidate < candidates && out->id.serial_len <= CERTID_SERIAL_MAX;
	case REPORT_OPENED:
	case REPORT_PUBLISHED:
		return capname_parse(out->name, &parsed);
	default:
		return false;
	}
}

bool door_report_check(const void *data, size_t len, struct door_report *out)
{
	struct door_report r;

	if (len != sizeof(r))
		return false;
	memcpy(&r, data, sizeof(r));
	if (r.found <= PROXYHEAD_MORE || r.found >= PROXYHEAD_KINDS)
		return false;
	*out = (struct door_report){.found = r.found};
	if (r.found != PROXYHEAD_PEER)
		return true;
	if (r.port > UINT16_MAX || (r.addr.len != 4 && r.addr.len != 16))
		return false;
	out->port = r.port;
	out->addr = addr_from_bytes(r.addr.bytes, r.addr.len);
	return addr_is_host(&out->addr);
}

static bool live_check(const struct recorder_live *l)
{
	const struct rotate r = {(enum rotate_unit)l->rotate_unit, l->rotate_mod};

	return l->store <= 1 && l->close_when_due <= 1 && l->mode <= 0777 && l->max_snaplen >= 1 &&
	       l->max_snaplen <= CONFIG_SNAPLEN_MAX && l->rotate_unit <= ROTATE_YEAR &&
	       rotate_sound(&r);
}

bool order_check(const void *data, size_t len, struct order *out)
{
	if (len != sizeof(*out))
		return false;
	memcpy(out, data, sizeof(*out));
	if (out->kind == ORDER_SETTINGS)
		return live_check(&out->live);
	return out->kind >= ORDER_STOP && out->kind < ORDER_SETTINGS;
}

const char *order_text(enum order_kind kind)
{
	switch (kind) {
	case ORDER_REPLACED:
		return "replaced";
	case ORDER_RECONFIGURED:
		return "reload";
	case ORDER_REVOKED:
		return "revoked";
	default:
		return "stop";
	}
}

bool order_is_patient(enum order_kind kind)
{
	return kind == ORDER_REPLACED || kind == ORDER_RECONFIGURED;
}
