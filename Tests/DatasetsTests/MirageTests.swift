import Datasets
import Foundation
import Recipe
import Spelling
import Tensors
import Testing

private func settings(_ assignments: String...) throws -> Settings {
  var settings = Settings()
  for assignment in assignments { try settings.apply(assignment: assignment) }
  return settings
}

private func values(_ set: ImageSet) -> [Float] {
  guard case .values(let values) = set.pixels else { return [] }
  return values
}

@Suite struct MirageTests {
  @Test func `image i is the same whatever the number of images`() throws {
    let task = try MirageTask(try settings().data)
    let many = task.images(.dataTrain, count: 40).set, few = task.images(.dataTrain, count: 7).set
    #expect(values(few) == Array(values(many).prefix(7 * 256)))
    #expect(few.labels == Array(many.labels.prefix(7)))
  }

  @Test func `training images, test images and other seeds differ`() throws {
    let task = try MirageTask(try settings().data), other = try MirageTask(try settings("data.seed=1").data)
    let train = values(task.images(.dataTrain, count: 4).set)
    #expect(train != values(task.images(.dataTest, count: 4).set))
    #expect(train != values(other.images(.dataTrain, count: 4).set))
    #expect(task.shapes != other.shapes && task.textures != other.textures)
  }

  @Test func `the shape tells the class as often as the truth setting and a tenth of the rest say`() throws {
    for (truth, expected) in [(0.7, 0.73), (0.0, 0.1), (1.0, 1.0)] {
      let task = try MirageTask(try settings("data.truth=\(truth)", "data.size=8").data)
      let (set, shapes) = task.images(.dataTrain, count: 4000)
      let share = Double(zip(set.labels, shapes).count { Int($0) == $1 }) / 4000
      // Four standard errors.
      #expect(abs(share - expected) <= 4 * (expected * (1 - expected) / 4000).squareRoot(), "truth \(truth): \(share)")
    }
  }

  @Test func `classes are equally frequent`() throws {
    let labels = try MirageTask(try settings("data.size=8").data).images(.dataTest, count: 5000).set.labels
    for label in 0..<10 {
      let count = labels.count { $0 == label }
      // Four standard deviations of a binomial with n = 5000, p = 0.1.
      #expect(abs(count - 500) < 85, "class \(label): \(count)")
    }
  }

  @Test func `a tile has neither mean nor block means before its sign is taken`() {
    for seed in 0..<50 {
      var stream = RandomStream(seed: UInt32(seed), purpose: .test)
      let tile = MirageTask.residualTile(from: &stream)
      for corner in [0, 2, 8, 10] {
        let block = [corner, corner + 1, corner + 4, corner + 5].map { tile[$0] }
        #expect(abs(block.reduce(0, +)) < 1e-5)
        #expect(block.contains { $0 > 0.01 } && block.contains { $0 < -0.01 })
      }
    }
  }

  @Test func `textures are signs of period four, shapes stay within one`() throws {
    for channels in 1...3 {
      let task = try MirageTask(try settings("data.channels=\(channels)", "data.size=20").data)
      #expect(task.textures.count == 10 && task.shapes.count == 10)
      for texture in task.textures {
        #expect(texture.count == channels * 400 && texture.allSatisfy { abs($0) == 1 })
        for place in 0..<texture.count where place % 20 >= 4 { #expect(texture[place] == texture[place - 4]) }
        for place in 0..<texture.count where place / 20 % 20 >= 4 { #expect(texture[place] == texture[place - 80]) }
      }
      // The largest absolute value of a pattern is 1 before tanh(3·).
      for shape in task.shapes {
        for channel in 0..<channels {
          let plane = shape[(channel * 400)..<((channel + 1) * 400)]
          #expect(abs((plane.map(abs).max() ?? 0) - tanh(3)) < 1e-6)
        }
      }
    }
  }

  @Test func `with one amplitude at a time an image is that part alone`() throws {
    let none = ["data.shape=0", "data.texture=0", "data.background=0", "data.noise=0"]
    func image(_ change: String) throws -> (task: MirageTask, set: ImageSet, shape: Int) {
      var settings = Settings()
      for assignment in none + [change] { try settings.apply(assignment: assignment) }
      let task = try MirageTask(settings.data)
      let (set, shapes) = task.images(.dataTrain, count: 1)
      return (task, set, shapes[0])
    }
    #expect(values(try image("data.shape=0").set).allSatisfy { $0 == 0.5 })

    let texture = try image("data.texture=0.05")
    let pattern = texture.task.textures[Int(texture.set.labels[0])]
    #expect(zip(values(texture.set), pattern).allSatisfy { abs($0 - 0.5 - 0.05 * $1) < 1e-6 })

    let shape = try image("data.shape=0.16")
    let shapePattern = shape.task.shapes[shape.shape]
    let rolls = [-1, 0, 1].flatMap { dy in [-1, 0, 1].map { dx in rolled(shapePattern, dx, dy) } }
    let matching = rolls.count { roll in zip(values(shape.set), roll).allSatisfy { abs($0 - 0.5 - 0.16 * $1) < 1e-6 } }
    #expect(matching == 1)

    let background = values(try image("data.background=0.1").set).map { $0 - 0.5 }
    #expect(abs((background.map(abs).max() ?? 0) - 0.1) < 1e-6)
    #expect(abs(background.reduce(0, +) / 256) < 1e-5)

    let noise = values(try image("data.noise=0.01").set).map { Double($0 - 0.5) }
    let deviation = (noise.reduce(0) { $0 + $1 * $1 } / 256).squareRoot()
    #expect(abs(deviation - 0.01) < 0.002)
  }

  @Test func `pixels stay in the box`() throws {
    let task = try MirageTask(try settings("data.shape=1", "data.texture=1", "data.background=1", "data.noise=1").data)
    let pixels = values(task.images(.dataTrain, count: 50).set)
    #expect(pixels.allSatisfy { (0...1).contains($0) } && pixels.contains(0) && pixels.contains(1))
  }

  @Test func `the default task is this one`() throws {
    let task = try MirageTask(try settings().data)
    let (set, shapes) = task.images(.dataTrain, count: 20)
    #expect(set.labels == Golden.labels)
    #expect(shapes == Golden.shapes)
    #expect(task.textures.map { $0.prefix(4).map { $0 > 0 ? "+" : "-" }.joined() } == Golden.textureRows)
    let pixels = values(set)
    for (place, value) in Golden.pixels { #expect(abs(pixels[place] - value) < 1e-6, "pixel \(place)") }
    #expect(abs(pixels.reduce(0) { $0 + Double($1) } / Double(pixels.count) - Golden.mean) < 1e-6)
  }

  @Test func `a size between multiples of four is refused`() throws {
    let error = #expect(throws: SettingError.self) { try loadData(try settings("data.size=18")) }
    #expect(error?.description == "data.size: 18 is not a multiple of 4, the texture's period; use 16 or 20")
  }

  @Test func `the default data are described in one line and called constructed`() throws {
    let data = try loadData(try settings())
    #expect(data.description == "mirage 16×16×1, 3686 train, 410 validation, 1024 test")
    #expect(data.constructed && data.classNames.count == 10)
  }

  /// `image` (16×16) moved by (dx, dy) pixels, around the edges.
  private func rolled(_ image: [Float], _ dx: Int, _ dy: Int) -> [Float] {
    (0..<256).map { place in image[(place / 16 + dy + 16) % 16 * 16 + (place % 16 + dx + 16) % 16] }
  }
}
