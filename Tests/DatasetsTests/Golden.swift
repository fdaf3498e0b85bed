/// What the mirage of the default settings is: guards against a change of the task by accident.
///
/// Pixels are compared within 1e-6, since cosines and logarithms differ in the last bit between machines.
enum Golden {
  static let labels: [Int] = [8, 7, 9, 8, 7, 0, 7, 5, 9, 3, 8, 1, 1, 1, 4, 3, 0, 6, 2, 6]
  static let shapes = [1, 7, 8, 2, 9, 6, 5, 5, 6, 2, 8, 1, 1, 2, 4, 2, 4, 6, 7, 6]
  static let textureRows = ["---+", "+---", "+---", "+-+-", "-+++", "-+++", "+--+", "+-+-", "-+-+", "---+"]
  static let pixels: [(place: Int, value: Float)] = [
    (0, 0.606458), (77, 0.5743537), (255, 0.5558886), (1000, 0.6053027), (2345, 0.33381116), (5119, 0.4334141),
  ]
  static let mean = 0.5001132831035647
}
