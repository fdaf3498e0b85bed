#include "CTerminal.h"

#include <langinfo.h>
#include <locale.h>
#include <string.h>

// Only LC_CTYPE: with LC_NUMERIC of the environment, strtod in a library would read 0,5 for 0.5.
void terminal_use_utf8(void) {
  if (setlocale(LC_CTYPE, "") == NULL || strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
    setlocale(LC_CTYPE, "C.UTF-8");
}
