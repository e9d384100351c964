using CM.Dsl;

namespace Gallery;

/// <summary>
/// GC on ECT, CIFAR-10: ECT's numbers as they are, the model predicts from the teacher's point, µ = 0.3 (Issenhuth et al. 2025, section
/// 5.3).
/// </summary>
[Experiment(Steps = 100_000), Coupling<GeneratorInducedRarely>]
public sealed partial record GcEctCifar10 : EctCifar10;
