/* metrics: a snapshot in the text format of Prometheus.
 *
 * Base units, _total for what only rises. The one label there is, is the name of a configured
 * client: what a peer says is in none. Source: prometheus.io/docs/instrumenting/exposition_formats.
 * Pure. */
#ifndef WATCH_METRICS_H
#define WATCH_METRICS_H

#include <stdio.h>

#include "watch/snapshot.h"

#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

void metrics_print(const struct snapshot *s, FILE *to);

#endif
