// HTTP through libcurl, which is looked for when it is first needed: a program without downloads runs without it, and a
// machine without it is told so. Only functions and numbers of libcurl's stable interface are used.
#ifndef CCURL_H
#define CCURL_H

#include <stddef.h>
#include <stdint.h>

enum { CCURL_MESSAGE = 256 };  // bytes of a message, with its end

typedef enum {
  CCURL_DONE,         // all of it came
  CCURL_FAILED,       // the server or its name is wrong; trying again is useless
  CCURL_INTERRUPTED,  // the connection broke or stalled; what came can be continued
  CCURL_NO_RANGES,    // the server sends only the whole
  CCURL_STOPPED,      // the caller did not want more
  CCURL_MISSING,      // no libcurl
} ccurl_result;

typedef struct {
  const char *url;       // https, or http where `allows_http` is not 0
  int64_t from;          // bytes that are there already
  long stall;            // seconds without a byte after which the connection counts as broken
  int32_t allows_http;   // for servers of this machine
  const char *agent;     // the program's name and version
} ccurl_request;

// Gets what is at a URL from byte `from` on, through at most five redirections. `sink` gets the bytes as they come and
// returns 0 to go on. `progress` is asked about once a second, also while nothing comes, and returns 0 to go on; its
// `total` is 0 as long as it is not known. `status` is the server's last answer.
ccurl_result ccurl_get(const ccurl_request *request, int (*sink)(const void *bytes, size_t count, void *context),
                       int (*progress)(int64_t total, void *context), void *context, long *status,
                       char message[CCURL_MESSAGE]);

#endif
