using CM.Dsl;

namespace Gallery;

/// <summary>
/// TCM's first stage on ImageNet-64 with EDM2-S, by class (Lee et al. 2025, github.com/NVlabs/TCM; steps of FastGen's run). It starts from
/// EDM2's published weights: <c>train TcmImageNet64SmallFirst --weights FILE</c>.
/// </summary>
[Experiment(Steps = 150_000, Batch = 2048, Seed = 101)]
[Data<ImageNet64>]
[Model<ImageNetSmallDenoiser>]
[Coupling<Independent>]
[Schedule<TcmImageNetFirstSchedule>]
[PseudoHuber(0.06)]
[Precision(ComputeType.Float16), LossScale(16, GrowthInterval = 20_000)]
[Adam(1e-3, Beta2 = 0.99), InverseSqrt(2000), PowerFunctionEma(0.05)]
[MultistepSampler(80, 1.526)]
public partial record TcmImageNet64SmallFirst;

/// <summary>TCM's second stage on ImageNet-64 with EDM2-S: 2.88 in one step, 2.31 in two.</summary>
[Experiment(Steps = 550_000, Batch = 1024)]
[InitFrom<TcmImageNet64SmallFirst>(ContinueSteps = true)]
[Truncated(BoundaryFraction = 0.25, BoundaryWeight = 0.1)]
[Schedule<TcmImageNetSecondSchedule>]
[Adam(5e-4, Beta2 = 0.99), InverseSqrt(8000)]
public sealed partial record TcmImageNet64SmallSecond : TcmImageNet64SmallFirst;

/// <summary>The first stage with EDM2-XL, as FastGen trains it (github.com/NVlabs/FastGen), with three averages.</summary>
[Experiment(Batch = 1024)]
[Model<ImageNetLargestDenoiser>]
[Adam(7e-4, Beta2 = 0.99)]
[PowerFunctionEma(0.05), PowerFunctionEma(0.01), PowerFunctionEma(0.1)]
public partial record TcmImageNet64LargestFirst : TcmImageNet64SmallFirst;

/// <summary>The second stage with EDM2-XL: 2.20 in one step, 1.62 in two.</summary>
[Experiment(Steps = 550_000)]
[InitFrom<TcmImageNet64LargestFirst>(ContinueSteps = true)]
[Truncated(BoundaryFraction = 0.25, BoundaryWeight = 0.1)]
[Schedule<TcmImageNetSecondSchedule>]
[Adam(1e-4, Beta2 = 0.99), InverseSqrt(8000)]
public sealed partial record TcmImageNet64LargestSecond : TcmImageNet64LargestFirst;
