/* child_report: see child_report.h. */
#include "server/child_report.h"

#include <string.h>

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

const char *order_text(char order)
{
	switch (order) {
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

bool order_is_patient(char order)
{
	return order == ORDER_REPLACED || order == ORDER_RECONFIGURED;
}
