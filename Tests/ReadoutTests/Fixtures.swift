import Events
import Recipe

func started(steps: Int = 4, constructed: Bool = true, folder: String = "run", threads: Int = 1) -> SessionDescription {
  SessionDescription(
    preset: "quick", data: "mirage 16×16×1", constructed: constructed, model: "conv4", steps: steps, stepsPerEpoch: 2,
    threads: threads, folder: folder, settings: Settings())
}

func sample(_ step: Int, seconds: Double = 0.5) -> Sample {
  Sample(
    step: step, epoch: 0, loss: 1.25, cleanLoss: 0.5, adversarialLoss: 2, learningRate: 0.1, images: 128,
    seconds: seconds)
}

func probe(
  _ step: Int, _ split: Probe.Split = .validation, _ weights: Probe.Weights = .current, pgd10: Proportion? = nil
)
  -> Probe
{
  Probe(
    step: step, split: split, weights: weights, clean: Proportion(correct: 90, n: 100),
    adversarial: Proportion(correct: 50, n: 100), attack: pgd10 == nil ? "PGD-10" : "FGSM", pgd10: pgd10, seconds: 1)
}

func reading(_ tier: GapTier, n: Int, survivors: Int, broken: Int) -> GapReading {
  GapReading(
    step: 50, tier: tier, n: n, survivors: survivors, broken: broken,
    interval: Proportion(correct: broken, n: n).interval)
}
