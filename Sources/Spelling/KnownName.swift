/// The name that a person means by a text: one of a list, however the field writes it.
///
/// Case, hyphens, underscores, dots and blanks do not count (`Linf`, `APGD_CE`, `PreActResNet18`, `CIFAR10`), other
/// words for the same thing are known (`standard` for `autoattack`, `WRN` for `wide-resnet`), and numbers may follow a
/// name that takes them (`PGD-20`, `WRN-28-10`).
package struct KnownName: Sendable, Hashable {
  /// The name as the list has it.
  package let name: String
  /// The numbers behind it, in order.
  package let numbers: [Int]

  /// Nil when the text means none of `names`. At most `most` numbers may follow the name.
  package init?(_ text: String, in names: [String], numbers most: Int = 0) {
    if let name = Self.name(text, in: names) {
      (self.name, numbers) = (name, [])
      return
    }
    // The numbers that end the text, as few of them as leave a name.
    var rest = Substring(text), numbers: [Int] = []
    while numbers.count < most {
      let digits = String(rest.reversed().prefix { $0.isASCII && $0.isNumber }.reversed())
      guard let number = Int(digits) else { return nil }
      rest = rest.dropLast(digits.count)
      numbers.insert(number, at: 0)
      if let name = Self.name(String(rest), in: names) {
        (self.name, self.numbers) = (name, numbers)
        return
      }
      guard let last = rest.last, "-_ x".contains(last) else { return nil }
      rest = rest.dropLast()
    }
    return nil
  }

  private static func name(_ text: String, in names: [String]) -> String? {
    if names.contains(text) { return text }
    let wanted = key(text)
    guard !wanted.isEmpty else { return nil }
    return names.first { key($0) == wanted } ?? aliases[wanted]?.first(where: names.contains)
  }

  /// What of a name counts.
  private static func key(_ text: String) -> String {
    var key = ""
    for character in text.lowercased() {
      switch character {
      case "-", "_", ".", " ", "/", "(", ")": break
      case "+": key += "plus"
      case "∞": key += "inf"
      case "ℓ": key += "l"
      case "₂", "²": key += "2"
      default: key.append(character)
      }
    }
    return key
  }

  /// Other words, by their key. Those of fra31/auto-attack are its versions.
  private static let aliases: [String: [String]] = [
    "standard": ["autoattack"], "aa": ["autoattack"], "plus": ["autoattack-plus"], "aaplus": ["autoattack-plus"],
    "rand": ["autoattack-rand"], "aarand": ["autoattack-rand"],
    "inf": ["linf"], "linfinity": ["linf"], "max": ["linf"], "2": ["l2"], "euclidean": ["l2"],
    "batchnorm": ["bn"], "batchnorm2d": ["bn"], "batch": ["bn"], "dualbn": ["dbn"], "dualbatchnorm": ["dbn"],
    "splitbn": ["split"], "instancenorm": ["in"], "instance": ["in"], "groupnorm": ["gn"], "group": ["gn"],
    "identity": ["none"], "off": ["none"], "no": ["none"],
    "natural": ["standard"], "erm": ["standard"], "nominal": ["standard"], "madry": ["at"], "pgdat": ["at"],
    "wrn": ["wide-resnet"], "prn18": ["preact-resnet18"], "prn34": ["preact-resnet34"],
    "preresnet18": ["preact-resnet18"], "preresnet34": ["preact-resnet34"],
    "cifar": ["cifar10"], "fmnist": ["fashion-mnist"], "swish": ["silu"], "fgm": ["fgsm"], "ifgsm": ["pgd"],
    "multistep": ["piecewise"], "onecyclelr": ["one-cycle"], "adv": ["adversarial"],
    "channelslast": ["nhwc"], "channelsfirst": ["nchw"],
  ]
}
