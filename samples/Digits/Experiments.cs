using CM.Dsl;

namespace Digits;

/// <summary>Handwritten digits with ECT's times.</summary>
[Experiment(Steps = 3_000, Batch = 64, Seed = 1)]
[Data<Mnist>]
[Model<DigitsDenoiser>]
[Coupling<Independent>]
[Times<EasyTimes>]
[PseudoHuber(0.015)]
[RAdam(1e-3), Ema(0.995)]
[Sample(80, 0.8)]
public partial record Digits;

/// <summary>The same with iCT's grid.</summary>
[Experiment, Times<ImprovedTimes>]
public sealed partial record DigitsImproved : Digits;

/// <summary>Digits that are asked for: <c>sample RUN --class 3</c>.</summary>
[Experiment, Model<ClassDenoiser>]
public sealed partial record DigitsByClass : Digits;
