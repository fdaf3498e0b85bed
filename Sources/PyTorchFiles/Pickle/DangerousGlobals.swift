/// Classes and functions that run or import code when Python calls them.
///
/// Nothing is called here whatever a pickle names. A file that names one of these is refused so that its owner knows.
enum DangerousGlobals {
  /// True when unpickling a call of this can run code.
  static func contain(_ module: String, _ name: String) -> Bool {
    let root = String(module.prefix { $0 != "." })
    if modules.contains(root) { return true }
    if ["builtins", "__builtin__", "__builtins__"].contains(root) {
      return builtins.contains(String(name.prefix { $0 != "." }))
    }
    return functions.contains { $0.module == module && $0.names.contains(String(name.prefix { $0 != "." })) }
      || modulePrefixes.contains { module == $0 || module.hasPrefix("\($0).") }
  }

  private static let modules: Set<String> = [
    "os", "posix", "nt", "sys", "subprocess", "_posixsubprocess", "pty", "commands", "popen2", "shutil", "socket",
    "importlib", "imp", "runpy", "pkgutil", "zipimport", "codeop", "ctypes", "_ctypes", "cffi", "marshal", "pickle",
    "_pickle", "cPickle", "dill", "cloudpickle", "shelve", "pip", "ensurepip", "webbrowser", "urllib2", "requests",
    "httplib", "ftplib", "smtplib", "asyncio", "multiprocessing", "_thread", "pdb", "bdb", "cProfile", "timeit",
    "doctest", "pydoc",
  ]

  private static let builtins: Set<String> = [
    "eval", "exec", "execfile", "compile", "__import__", "open", "file", "input", "raw_input", "breakpoint", "apply",
    "globals", "locals", "vars", "setattr", "delattr", "reload", "help", "exit", "quit", "map", "filter", "memoryview",
  ]

  private static let modulePrefixes = [
    "torch.hub", "torch.jit", "torch.fx", "torch._dynamo", "torch._inductor", "torch.utils.cpp_extension",
    "torch.utils.collect_env", "torch.distributed.rpc", "torch.package", "torch.testing",
    "torch.utils.model_zoo", "urllib.request", "http.client", "http.server", "logging.config", "distutils.spawn",
    "distutils.core", "setuptools.sandbox", "numpy.f2py", "numpy.distutils", "numpy.testing",
  ]

  private static let functions: [(module: String, names: Set<String>)] = [
    ("types", ["FunctionType", "LambdaType", "CodeType", "ModuleType"]),
    ("operator", ["attrgetter", "methodcaller"]), ("_operator", ["attrgetter", "methodcaller"]),
    ("code", ["interact", "InteractiveInterpreter", "InteractiveConsole"]), ("platform", ["popen"]),
    ("threading", ["Thread", "Timer"]), ("joblib", ["load"]), ("joblib.numpy_pickle", ["load"]), ("profile", ["run"]),
    ("trace", ["Trace"]), ("functools", ["reduce"]), ("_functools", ["reduce"]),
    ("torch", ["load", "save", "compile"]),
    ("torch.serialization", ["load", "save"]),
    ("torch._utils", ["_import_dotted_name"]), ("numpy", ["load", "save"]),
  ]
}
