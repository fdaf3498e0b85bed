// HTTP through libcurl without linking it. The numbers are those of curl/curl.h, which libcurl.so.4 keeps.
#include "CCurl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum {
  LOW_SPEED_LIMIT = 19,
  LOW_SPEED_TIME = 20,
  NOPROGRESS = 43,
  FAILONERROR = 45,
  FOLLOWLOCATION = 52,
  MAXREDIRS = 68,
  CONNECTTIMEOUT = 78,
  NOSIGNAL = 99,
  PROTOCOLS = 181,
  REDIR_PROTOCOLS = 182,
  WRITEDATA = 10001,
  URL = 10002,
  ERRORBUFFER = 10010,
  USERAGENT = 10018,
  XFERINFODATA = 10057,
  WRITEFUNCTION = 20011,
  XFERINFOFUNCTION = 20219,
  RESUME_FROM_LARGE = 30116,
  RESPONSE_CODE = 0x200002,
  HTTP = 1,
  HTTPS = 2,
  E_PARTIAL_FILE = 18,
  E_WRITE_ERROR = 23,
  E_OPERATION_TIMEDOUT = 28,
  E_RANGE_ERROR = 33,
  E_ABORTED = 42,
  E_SEND_ERROR = 55,
  E_RECV_ERROR = 56,
  E_HTTP2_STREAM = 92,
};

static void *(*easy_init)(void);
static int (*easy_setopt)(void *, int, ...);
static int (*easy_perform)(void *);
static int (*easy_getinfo)(void *, int, ...);
static void (*easy_cleanup)(void *);
static const char *(*easy_strerror)(int);
static int is_there;

static void load(void) {
  void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL)
    library = dlopen("libcurl-gnutls.so.4", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL)
    return;
  int (*global_init)(long) = (int (*)(long))dlsym(library, "curl_global_init");
  easy_init = (void *(*)(void))dlsym(library, "curl_easy_init");
  easy_setopt = (int (*)(void *, int, ...))dlsym(library, "curl_easy_setopt");
  easy_perform = (int (*)(void *))dlsym(library, "curl_easy_perform");
  easy_getinfo = (int (*)(void *, int, ...))dlsym(library, "curl_easy_getinfo");
  easy_cleanup = (void (*)(void *))dlsym(library, "curl_easy_cleanup");
  easy_strerror = (const char *(*)(int))dlsym(library, "curl_easy_strerror");
  is_there = global_init && easy_init && easy_setopt && easy_perform && easy_getinfo && easy_cleanup && easy_strerror &&
             global_init(3) == 0;
}

typedef struct {
  int (*sink)(const void *, size_t, void *);
  int (*progress)(int64_t, void *);
  void *context;
} callbacks;

static size_t write_bytes(char *bytes, size_t size, size_t count, void *context) {
  callbacks *own = context;
  return own->sink(bytes, size * count, own->context) == 0 ? size * count : 0;
}

static int show_progress(void *context, int64_t total, int64_t done, int64_t up, int64_t sent) {
  (void)done, (void)up, (void)sent;
  callbacks *own = context;
  return own->progress(total, own->context);
}

static ccurl_result meaning(int code) {
  switch (code) {
    case 0:
      return CCURL_DONE;
    case E_PARTIAL_FILE:
    case E_OPERATION_TIMEDOUT:
    case E_SEND_ERROR:
    case E_RECV_ERROR:
    case E_HTTP2_STREAM:
      return CCURL_INTERRUPTED;
    case E_RANGE_ERROR:
      return CCURL_NO_RANGES;
    case E_WRITE_ERROR:
    case E_ABORTED:
      return CCURL_STOPPED;
    default:
      return CCURL_FAILED;
  }
}

ccurl_result ccurl_get(const ccurl_request *request, int (*sink)(const void *, size_t, void *),
                       int (*progress)(int64_t, void *), void *context, long *status, char message[CCURL_MESSAGE]) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, load);
  *status = 0;
  void *handle = is_there ? easy_init() : NULL;
  if (handle == NULL) {
    snprintf(message, CCURL_MESSAGE, "libcurl.so.4 is missing");
    return CCURL_MISSING;
  }
  callbacks own = {sink, progress, context};
  long protocols = request->allows_http ? HTTP | HTTPS : HTTPS;
  char detail[CCURL_MESSAGE] = "";  // libcurl wants at least 256 bytes
  easy_setopt(handle, URL, request->url);
  easy_setopt(handle, USERAGENT, request->agent);
  easy_setopt(handle, PROTOCOLS, protocols);
  easy_setopt(handle, REDIR_PROTOCOLS, protocols);
  easy_setopt(handle, FOLLOWLOCATION, 1L);
  easy_setopt(handle, MAXREDIRS, 5L);
  easy_setopt(handle, FAILONERROR, 1L);
  easy_setopt(handle, NOSIGNAL, 1L);
  easy_setopt(handle, CONNECTTIMEOUT, 30L);
  easy_setopt(handle, LOW_SPEED_LIMIT, 1L);
  easy_setopt(handle, LOW_SPEED_TIME, request->stall);
  easy_setopt(handle, RESUME_FROM_LARGE, request->from);
  easy_setopt(handle, ERRORBUFFER, detail);
  easy_setopt(handle, WRITEFUNCTION, write_bytes);
  easy_setopt(handle, WRITEDATA, (void *)&own);
  easy_setopt(handle, XFERINFOFUNCTION, show_progress);
  easy_setopt(handle, XFERINFODATA, (void *)&own);
  easy_setopt(handle, NOPROGRESS, 0L);
  int code = easy_perform(handle);
  easy_getinfo(handle, RESPONSE_CODE, status);
  snprintf(message, CCURL_MESSAGE, "%s", detail[0] != 0 ? detail : easy_strerror(code));
  easy_cleanup(handle);
  return meaning(code);
}
