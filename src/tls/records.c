/* records: see records.h. */
#include "tls/records.h"

#include <string.h>

void tls_records_follow(struct tls_records *r, const uint8_t *p, size_t n)
{
	while (n > 0) {
		size_t take;

		if (r->body_left > 0) {
			take = n < r->body_left ? n : r->body_left;
			r->body_left -= take;
		} else {
			take = TLS_RECORD_HEADER - r->header_have;
			if (take > n)
				take = n;
			memcpy(r->header + r->header_have, p, take);
			r->header_have += take;
			if (r->header_have == TLS_RECORD_HEADER) {
				r->body_left = (size_t)r->header[3] << 8 | r->header[4];
				r->header_have = 0;
				r->begun++;
			}
		}
		p += take;
		n -= take;
	}
}

bool tls_records_between(const struct tls_records *r)
{
	return r->body_left == 0 && r->header_have == 0;
}

bool tls_records_plain_alert(const struct tls_records *r)
{
	/* content type 21, two bytes: the header is kept until the next one begins */
	return r->begun > 0 && r->header_have == 0 && r->header[0] == 21 && r->header[3] == 0 &&
	       r->header[4] == 2;
}
