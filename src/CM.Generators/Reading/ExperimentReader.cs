using CM.Generators.Checking;
using CM.Generators.Couplings;
using CM.Generators.Experiments;
using CM.Generators.Shapes;
using CM.Generators.Times;
using CM.Generators.Writing;
using Microsoft.CodeAnalysis;
using static CM.Generators.Writing.CodeWriter;

namespace CM.Generators.Reading;

/// <summary>
/// Reads a record with <c>[Experiment]</c> and what it inherits: for each axis the most derived record that names it counts.
/// </summary>
internal sealed partial class ExperimentReader
{
    public const string Attribute = "ExperimentAttribute";

    private static readonly string[] AverageAttributes = ["EmaAttribute", "EmaWarmUpAttribute", "EmaPowerAttribute", "EmaHalfLifeAttribute"];

    private readonly INamedTypeSymbol type;
    private readonly Sites sites;
    private readonly CancellationToken cancellation;
    private readonly List<Problem> problems = [];
    private readonly INamedTypeSymbol[] line;
    private readonly int name;
    private Schedule? schedule;
    private bool isReadable;

    private ExperimentReader(INamedTypeSymbol type, Sites sites, CancellationToken cancellation)
    {
        this.type = type;
        this.sites = sites;
        this.cancellation = cancellation;
        line = [.. Line(type)];
        name = sites.Add(type.Locations.FirstOrDefault() ?? Location.None);
    }

    public static Experiment? Read(INamedTypeSymbol type, Sites sites, CancellationToken cancellation) =>
        ScheduleReader.Declared(type, Attribute) is null ? null : new ExperimentReader(type, sites, cancellation).Read();

    private Experiment Read()
    {
        var isPartial = ScheduleReader.IsPartialRecord(type, cancellation);
        if (!isPartial)
            problems.Add(new("CM5001", name, type.Name));

        var data = Axis("data", "[Data<T>]", required: true, "DataAttribute");
        var model = Axis("model", "[Model<T>]", required: true, "ModelAttribute");
        var coupling = Axis("coupling", "[Coupling<Independent>]", required: true, "CouplingAttribute");
        var times = Axis("times", "[Times<T>]", required: true, "TimesAttribute");
        var loss = Axis("loss", "[PseudoHuber(c)] or [L2]", required: true, "PseudoHuberAttribute", "L2Attribute");
        var optimizer = Axis("optimiser", "[RAdam(rate)], [Adam(rate)], [AdamW(rate)] or [Lion(rate)]", required: true, "AdamAttribute", "AdamWAttribute", "RAdamAttribute", "LionAttribute");
        var warmUp = Axis("warm-up", "[WarmUp(steps)]", required: false, "WarmUpAttribute");
        var decay = Axis("decay of the learning rate", "[InverseSqrt(steps)] or [Cosine]", required: false, "InverseSqrtAttribute", "CosineAttribute");
        var clip = Axis("bound of the gradient", "[ClipNorm(bound)]", required: false, "ClipNormAttribute");
        var scale = Axis("loss scale", "[LossScale(scale)]", required: false, "LossScaleAttribute");
        var precision = Axis("precision", "[Precision(Compute.BFloat16)]", required: false, "PrecisionAttribute");
        var flip = Axis("mirroring", "[HorizontalFlip]", required: false, "HorizontalFlipAttribute");
        var sample = Axis("sampling times", "[Sample(t)]", required: true, "SampleAttribute", "HeunAttribute");
        var teacher = Axis("teacher", "[EmaTeacher(decay)]", required: false, "EmaTeacherAttribute");
        var origin = Axis("run to start from", "[StartFrom<T>]", required: false, "StartFromAttribute", "FrozenAttribute");
        var truncated = Axis("truncation", "[Truncated]", required: false, "TruncatedAttribute");
        var evaluate = Axis("evaluation", "[Evaluate]", required: false, "EvaluateAttribute");
        var distilled = Axis("distillation", "[Distilled]", required: false, "DistilledAttribute");
        var budget = Axis("memory budget", "[Budget(GiB = 80)]", required: false, "BudgetAttribute");

        EquatableArray<double> sampleTimes = sample?.Attribute.ConstructorArguments.FirstOrDefault() is { Kind: TypedConstantKind.Array, IsNull: false } given
            ? given.Values.Select(ScheduleReader.Real).ToEquatable()
            : [];
        var heun = sample?.Attribute.AttributeClass!.Name == "HeunAttribute";
        var read = times is null ? null : ReadTimes(times, sample, heun, sampleTimes);
        var experiment = new Experiment(RecordName.Of(type))
        {
            IsAbstract = type.IsAbstract,
            HidesBase = line.Skip(1).Any(ancestor => !ancestor.IsAbstract),
            IsPartial = isPartial,
            IsListed = DeclaredRegistry.Listed(type) is not null,
            Steps = Size("Steps"),
            Batch = Size("Batch"),
            Seed = Named("Seed")?.Value.Value is int seed ? seed : 0,
            Data = data is null ? null : ReadData(data, model),
            Model = model is null ? null : ReadModel(model, data),
            Coupling = coupling is null ? null : ReadCoupling(coupling, data, model, origin),
            Times = read,
            Origin = origin is null ? null : ReadOrigin(origin, model, coupling, truncated ?? distilled),
            Truncation = truncated is null ? null : ReadTruncation(truncated, origin, times),
            Distillation = distilled is null ? null : ReadDistillation(distilled, origin, times, truncated),
            Loss = loss is null ? null : ReadLoss(loss),
            Optimizer = optimizer is null ? null : ReadOptimizer(optimizer, warmUp, decay),
            ClipNorm = clip is null ? null : Checked(clip, "bound", clip.Attribute.ConstructorArguments, 0, bound => bound > 0, "above 0"),
            LossScale = scale is null ? null : ReadLossScale(scale),
            Precision = precision is null ? null : ReadPrecision(precision),
            HorizontalFlip = flip is not null && CanFlip(flip, data),
            Averages = ReadAverages().Concat(teacher is null ? [] : [ReadTeacher(teacher, times, read)]).ToEquatable(),
            SampleTimes = !heun ? sampleTimes : read is null ? [] : [read.To],
            SameNoise = sample is not null && ScheduleReader.Named(sample.Attribute, "SameNoise")?.Value is true,
            Heun = heun ? ReadHeun(sample!) : null,
            Evaluation = evaluate is null ? null : ReadEvaluation(evaluate, data),
            Comparison = ReadComparison(),
        };
        if (budget is not null && model is not null)
            CheckBudget(budget, experiment, model);
        CheckSense(experiment, coupling, times, sample, teacher, truncated, origin);
        CheckPrecision(experiment, precision, scale);
        return experiment with { Problems = problems.ToEquatable() };
    }

    // The record and its ancestors that are experiments too, most derived first.
    private static IEnumerable<INamedTypeSymbol> Line(INamedTypeSymbol type)
    {
        for (var each = type; each is not null; each = each.BaseType)
        {
            if (ScheduleReader.Declared(each, Attribute) is not null)
                yield return each;
        }
    }

    /// <param name="Depth">0 for the record itself, 1 for its base, and so on.</param>
    private sealed record Found(AttributeData Attribute, int Site, int Depth)
    {
        public INamedTypeSymbol? Type => Attribute.AttributeClass!.TypeArguments.FirstOrDefault() as INamedTypeSymbol;
    }

    private Found? Axis(string what, string remedy, bool required, params string[] attributes)
    {
        for (var depth = 0; depth < line.Length; depth++)
        {
            var given = Given(line[depth], attributes).ToArray();
            if (given.Length == 0)
                continue;
            var site = sites.Add(given[given.Length - 1], line[depth]);
            if (given.Length > 1)
                problems.Add(new("CM5003", site, line[depth].Name, what));
            return new Found(given[0], given.Length > 1 ? sites.Add(given[0], line[depth]) : site, depth);
        }

        if (required && !type.IsAbstract)
            problems.Add(new("CM5002", name, type.Name, what, remedy) { Hints = [what] });
        return null;
    }

    private static IEnumerable<AttributeData> Given(INamedTypeSymbol record, string[] attributes) => record.GetAttributes().Where(attribute =>
        attribute.AttributeClass is { ContainingNamespace: { Name: "Dsl", ContainingNamespace.Name: "CM" } } made && attributes.Contains(made.Name)
        && (made.Name is not "CouplingAttribute" || made.IsGenericType));

    private DataAxis? ReadData(Found data, Found? model)
    {
        if (data.Type is not { TypeKind: not TypeKind.Error } source)
            return null;
        var shape = Example(data);
        if (shape.Length == 0 || shape.Any(size => size < 1))
        {
            problems.Add(new("CM5004", data.Site, source.Name, "data", "it has no [Shape] with the sizes of one example"));
            return null;
        }

        if (model is not null && ReadContract(model) is { } contract && contract.Inputs.Count > 0)
            CompareShapes(data, source, shape, model, contract);
        return new(source.Name, Code(source), shape.ToEquatable(), Classes(data));
    }

    private static int Classes(Found? data) =>
        data?.Type is { } source && ScheduleReader.Declared(source, "ClassesAttribute")?.ConstructorArguments.FirstOrDefault().Value is int count ? count : 0;

    // Whoever takes labels needs data that have them.
    private void CheckLabels(Found data, string taker, Found taken, long? wanted)
    {
        var given = Classes(data);
        if (given < 1 || (wanted is not null && wanted != given))
            problems.Add(new("CM5013", taken.Depth < data.Depth ? taken.Site : data.Site, taker, wanted is null ? "labels" : $"labels of {wanted} classes", data.Type!.Name, given == 0 ? "none; write [Classes(n)] on it if its examples are labelled" : $"{given}"));
    }

    private bool CanFlip(Found flip, Found? data)
    {
        if (data?.Type is { TypeKind: not TypeKind.Error } source && Example(data) is var shape && shape.Length is not (0 or 3))
            problems.Add(new("CM5004", flip.Site, source.Name, "mirrored data", $"its examples [{string.Join(", ", shape)}] are no images [channels, height, width]"));
        return true;
    }

    private void CompareShapes(Found data, INamedTypeSymbol source, int[] example, Found model, BlockContract contract)
    {
        var (want, have) = (contract.Inputs[0], BatchOf(example));
        string[] clashes = want.Rank != have.Rank
            ? [$"it has {have.Rank} axes with the batch but must have {want.Rank}"]
            : [.. Enumerable.Range(1, want.Rank - 1).Where(axis => want[axis].Size.Value is { } size && size != example[axis - 1])
                .Select(axis => $"{have.NameOf(axis)} is {have[axis].Size} but must be {want[axis].Size}")];
        if (clashes.Length > 0)
            problems.Add(new("CM5005", model.Depth < data.Depth ? model.Site : data.Site, source.Name, have.ToString(), contract.Name, want.ToString(), string.Join(", ", clashes)));
    }

    private BlockContract? ReadContract(Found model) =>
        model.Type is { TypeKind: not TypeKind.Error } network && NetworkReader.IsNetwork(network) ? NetworkReader.ReadContract(network, new Sites(), cancellation) : null;

    private static bool TakesLabels(BlockContract? model) => model is { Inputs.Count: 3 };

    private ModelAxis? ReadModel(Found model, Found? data)
    {
        if (model.Type is not { TypeKind: not TypeKind.Error } network)
            return null;
        if (!NetworkReader.IsNetwork(network))
        {
            problems.Add(new("CM5004", model.Site, network.Name, "model", "it has no [Network]"));
            return null;
        }

        if (network.InstanceConstructors.Any(constructor => constructor.Parameters.Length > 0 && !SymbolEqualityComparer.Default.Equals(constructor.Parameters[0].Type, network)))
        {
            problems.Add(new("CM5004", model.Site, network.Name, "model", "it has parameters; declare a network without parameters that uses it as a block"));
            return null;
        }

        var contract = ReadContract(model);
        if (contract is { Inputs.Count: > 0, Outputs.Count: > 0 })
        {
            if (contract.Inputs.Count is not (2 or 3) || contract.Inputs[1].Rank != 1 || contract.Inputs.Skip(2).Any(labels => labels.Rank != 2))
                problems.Add(new("CM5007", model.Site, network.Name, string.Join(", ", contract.Inputs)));
            else if (contract.Outputs.Count != 1 || !contract.Outputs[0].Equals(contract.Inputs[0]))
                problems.Add(new("CM5006", model.Site, network.Name, string.Join(", ", contract.Outputs), contract.Inputs[0].ToString()));
            else if (TakesLabels(contract) && data?.Type is { TypeKind: not TypeKind.Error })
                CheckLabels(data, network.Name, model, contract.Inputs[2][1].Size.Value);
        }

        return new(network.Name, Code(network), network.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat), Has(network, DropsOut, []), Has(network, NormalisesWeights, []), TakesLabels(contract));
    }

    // A layer of the network or of a block in it.
    private static bool Has(INamedTypeSymbol network, Func<AttributeData, bool> layer, HashSet<INamedTypeSymbol> seen) =>
        seen.Add(network) && network.GetMembers().OfType<IPropertySymbol>().SelectMany(property => property.GetAttributes()).Any(given =>
            layer(given) || given.AttributeClass is { IsGenericType: true } made && made.TypeArguments[0] is INamedTypeSymbol block && Has(block, layer, seen));

    private static bool DropsOut(AttributeData layer) => layer.AttributeClass!.Name switch
    {
        "DropoutAttribute" => !layer.ConstructorArguments.FirstOrDefault().IsNull && ScheduleReader.Real(layer.ConstructorArguments[0]) > 0,
        "ClassEmbeddingAttribute" => ScheduleReader.Named(layer, "LabelDropout") is { } labels && ScheduleReader.Real(labels) > 0,
        _ => ScheduleReader.Named(layer, "Dropout") is { Kind: TypedConstantKind.Array, IsNull: false } levels && levels.Values.Any(level => ScheduleReader.Real(level) > 0),
    };

    private static bool NormalisesWeights(AttributeData layer) => layer.AttributeClass!.Name is "MpLinearAttribute" or "MpConv2dAttribute" or "MpAttentionAttribute" or "Edm2Attribute";

    private Coupling? ReadCoupling(Found coupling, Found? data, Found? model, Found? origin)
    {
        if (coupling.Type is not { TypeKind: not TypeKind.Error } kind)
            return null;
        if (!CouplingReader.IsCoupling(kind))
        {
            problems.Add(new("CM5004", coupling.Site, kind.Name, "coupling", "it has no [Coupling]"));
            return null;
        }

        if (Coupling.Find(kind.ToDisplayString()) is { } known)
            return known;
        if (kind.DeclaringSyntaxReferences.Length == 0 && ScheduleReader.Declared(kind, "CoupleAttribute") is null)
            return Misfit("it is declared in another assembly that was built without the generator of CM.Dsl");

        var plan = CouplingReader.Read(kind, sites, cancellation);
        var own = CouplingChecker.Check(plan, CouplingChecker.DataShape(plan));
        if (own.Problems.FirstOrDefault(problem => problem.IsError) is { } mistake)
        {
            // Reported where the coupling is declared.
            problems.Add(mistake);
            return null;
        }

        var labelled = model is not null && TakesLabels(ReadContract(model));
        if ((labelled || plan.HasLabels) && data?.Type is { TypeKind: not TypeKind.Error } && Classes(data) < 1)
        {
            if (!labelled)
                CheckLabels(data, kind.Name, coupling, null);
            return null;
        }

        var labels = Shape.Of([Dim.Of("B"), Classes(data)]);
        var check = Example(data) is not { Length: > 0 } example ? own : labelled ? CouplingChecker.CheckLabelled(plan, BatchOf(example), labels) : CouplingChecker.Check(plan, BatchOf(example), labels);
        if (check.Problems.FirstOrDefault(problem => problem.IsError) is { } clash)
            return Misfit($"with data of shape {BatchOf(Example(data))}, {clash.At(sites).GetMessage(System.Globalization.CultureInfo.InvariantCulture)}", data);
        var declared = new DeclaredCoupling(kind.Name, check, plan.HasTimes) { HasLabels = check.Inputs.Count() > (plan.HasTimes ? 4 : 2) };
        if (declared.HasLabels && declared.PermutesData is { } matching)
            return Misfit($"'{matching}' changes the order of the data, and their labels stay where they are; pipe (data, noise) into it");
        if (model?.Type is { } network && declared.Networks.FirstOrDefault(part => !network.GetMembers(part.Name).IsEmpty) is { } shared)
            return Misfit($"both it and '{network.Name}' have a part '{shared.Name}', and their weights lie in one store; rename one of them", model);
        if (declared.Models.FirstOrDefault(Model.UsesAverage) is { } part && !type.IsAbstract && !line.Any(each => Given(each, AverageAttributes).Any()))
            return Misfit($"'{part.Name}' takes averaged weights, and none are averaged; add [Ema(decay)], or take Weights.Online");
        if (declared.Models.FirstOrDefault(Model.IsFrozen) is { } kept && !type.IsAbstract && origin is null)
            return Misfit($"'{kept.Name}' takes the weights of a finished run, and no experiment is named for it; add [Frozen<T>] or [StartFrom<T>]");
        return declared;

        // What a base leaves open is found where it is filled in.
        Coupling? Misfit(string why, Found? other = null)
        {
            var site = other is not null && other.Depth < coupling.Depth ? other.Site : coupling.Depth > 0 && line[coupling.Depth].IsAbstract ? name : coupling.Site;
            problems.Add(new("CM3005", site, kind.Name, why));
            return null;
        }
    }

    private static int[] Example(Found? data) =>
        data?.Type is { } source && ScheduleReader.Declared(source, "ShapeAttribute")?.ConstructorArguments.FirstOrDefault() is { Kind: TypedConstantKind.Array, IsNull: false } axes
            ? [.. axes.Values.Select(axis => axis.Value is int size ? size : 0)]
            : [];

    private static Shape BatchOf(int[] example) => Shape.Of(new[] { Dim.Of("B") }.Concat(example.Select(size => (Dim)size)));

    private TimesAxis? ReadTimes(Found times, Found? sample, bool heun, EquatableArray<double> sampleTimes)
    {
        if (times.Type is not { TypeKind: not TypeKind.Error } record)
            return null;
        schedule = ScheduleReader.Read(record, new Sites(), cancellation);
        if (schedule is null)
        {
            problems.Add(new("CM5004", times.Site, record.Name, "times", "it has no [TimeSchedule]"));
            return null;
        }

        // A schedule of another assembly comes without formulas, but with the members that were generated there.
        var readable = isReadable = schedule is { Signal.Method.Result: not null, Noise.Method.Result: not null } && ScheduleChecker.Check(schedule).All(problem => !problem.IsError);
        var forms = readable ? Preconditioner.Of(schedule) : null;
        if (sample is not null && (heun ? HeunComplaint(schedule, readable) : Complaint(sampleTimes, schedule)) is { } complaint)
            problems.Add(new("CM5009", times.Depth < sample.Depth ? times.Site : sample.Site, complaint));
        return new(record.Name, Code(record), ScheduleWriter.Summary(schedule),
            SignalIsOne: readable && schedule.Signal!.Method.Result is Number { Value: 1 },
            NoiseIsTime: readable && schedule.Noise!.Method.IsIdentity,
            ReachesData: schedule.ReachesData,
            WeightIsOne: schedule.Weight?.Method.Result is Number { Value: 1 },
            Keep: Sampling("Keep", forms?.KeepWhenSampling is not null),
            Give: Sampling("Give", forms?.GiveWhenSampling is not null),
            SampleNoise: readable ? sampleTimes.Select(time => schedule.Noise!.Method.Evaluate(time)).ToEquatable() : [],
            SampleSignal: readable ? sampleTimes.Select(time => schedule.Signal!.Method.Evaluate(time)).ToEquatable() : [])
        {
            IsContinuous = schedule.IsContinuous,
            From = schedule.From,
            To = schedule.To,
            IsDiffusion = schedule.IsDiffusion,
            HasStage = schedule.Stage is not null,
            HasWeight = schedule.Weight is not null,
        };

        string Sampling(string method, bool derived) => derived || !record.GetMembers(method + "WhenSampling").IsEmpty ? method + "WhenSampling" : method;
    }

    private Origin? ReadOrigin(Found origin, Found? model, Found? coupling, Found? taker)
    {
        if (origin.Type is not { TypeKind: not TypeKind.Error } other)
            return null;
        var starts = origin.Attribute.AttributeClass!.Name == "StartFromAttribute";
        var continues = ScheduleReader.Named(origin.Attribute, "Continue")?.Value is true;
        var others = Line(other).ToArray();
        if (others.Length == 0 || !SymbolEqualityComparer.Default.Equals(others[0], other))
            return Refuse("it is no experiment");
        if (other.IsAbstract)
            return Refuse("it is abstract and never runs");
        if (Origins(other).Take(64).Contains(type, SymbolEqualityComparer.Default))
            return Refuse(SymbolEqualityComparer.Default.Equals(other, type) ? "it would need a run of its own before its first one" : "that one needs a run of this one");
        if (model?.Type is { } network && Inherited(others, "ModelAttribute")?.AttributeClass!.TypeArguments.FirstOrDefault() is { } before && !SymbolEqualityComparer.Default.Equals(network, before))
            return Refuse($"its model is '{before.Name}' and not '{network.Name}', and the weights of one do not fit the other", model);
        if (continues && Named("Steps")?.Value.Value is int steps && StepsOf(others) is { } done && done >= steps)
            return Refuse($"that ends at step {done}, and steps are counted on, so this one must end later than at step {steps}");
        if (!starts && taker is null && coupling?.Type is { } kind && !TakesFrozen(kind))
            return Refuse("nothing takes its frozen weights; a coupling with [Model(Weights.Frozen)] or [Distilled] would, or write [StartFrom<T>]");
        return new(other.Name, RecordName.Of(other).Text, starts, continues);

        Origin? Refuse(string why, Found? cause = null)
        {
            problems.Add(new("CM5010", cause is not null && cause.Depth < origin.Depth ? cause.Site : origin.Site, type.Name, other.Name, why));
            return null;
        }

        static int? StepsOf(INamedTypeSymbol[] line) => line.Select(each => ScheduleReader.Named(ScheduleReader.Declared(each, Attribute)!, "Steps")?.Value as int?).FirstOrDefault(steps => steps is not null);
    }

    // An experiment, the one it takes weights from, the one that takes weights from, and so on.
    private static IEnumerable<INamedTypeSymbol> Origins(INamedTypeSymbol experiment)
    {
        for (INamedTypeSymbol? each = experiment; each is not null; each = Inherited([.. Line(each)], "StartFromAttribute", "FrozenAttribute")?.AttributeClass!.TypeArguments.FirstOrDefault() as INamedTypeSymbol)
            yield return each;
    }

    // What the most derived of some records says.
    private static AttributeData? Inherited(INamedTypeSymbol[] line, params string[] attributes) => line.Select(each => Given(each, attributes).FirstOrDefault()).FirstOrDefault(given => given is not null);

    private static bool TakesFrozen(INamedTypeSymbol coupling) => coupling.GetMembers().OfType<IPropertySymbol>().SelectMany(part => part.GetAttributes())
        .Any(part => NetworkReader.DslName(part.AttributeClass) == "ModelAttribute" && part.ConstructorArguments.Any(weights => weights.Kind == TypedConstantKind.Enum && NetworkReader.EnumName(weights) == "Frozen"));

    private Truncation? ReadTruncation(Found truncated, Found? origin, Found? times)
    {
        var boundary = ScheduleReader.Named(truncated.Attribute, "Boundary") is { } part ? Checked(truncated, "Boundary", [part], 0, value => value is >= 0 and < 1, "from 0 up to, but not including, 1") : 0.25;
        var weight = ScheduleReader.Named(truncated.Attribute, "BoundaryWeight") is { } given ? Checked(truncated, "BoundaryWeight", [given], 0, value => value >= 0, "0 or more") : 0.1;
        if (origin is null && !type.IsAbstract)
            return Refuse("below its times it needs the weights of a first stage; add [StartFrom<T>]");
        if (times?.Type is not { } record || schedule is null)
            return null;
        if (schedule.IsDiffusion)
            return Refuse($"'{record.Name}' trains a diffusion model, whose target is always the data; give it an Earlier above 0", times);
        if (!schedule.IsContinuous)
            return Refuse($"the grid of '{record.Name}' ends at its first time, so no target lies below; give it Earlier in the place of Grid and Cuts", times);
        if (schedule.Law is LogNormalLaw { Truncated: false })
            return Refuse($"'{record.Name}' draws times below {Number(schedule.From)} too; write Truncated = true on [LogNormal], or use [LogStudentT]", times);
        if (schedule.Preconditioning != Preconditioning.Plain)
            return Refuse($"'{record.Name}' makes f(x, {Number(schedule.From)}) = x; write Preconditioning = Preconditioning.Plain on [TimeSchedule]", times);
        if (origin?.Type is { } other && Inherited([.. Line(other)], "TimesAttribute")?.AttributeClass!.TypeArguments.FirstOrDefault() is INamedTypeSymbol before
            && ScheduleReader.Read(before, new Sites(), cancellation) is { } first)
        {
            if (!HaveOneProcess(first, schedule))
                return Refuse($"'{record.Name}' and the times of '{other.Name}', '{before.Name}', differ in Signal, Noise or DataDeviation, and the weights of one mean something else in the other", times);
            if (first.IsDiffusion)
                return Refuse($"'{other.Name}' trains a diffusion model, whose f(x, t) is the mean of the data and no target for a consistency model; start from one that was tuned from it");
            if (!(first.From < schedule.From) && Unanchored(first) is not null && !SymbolEqualityComparer.Default.Equals(other, type))
                return Refuse($"the first stage '{other.Name}' is trained from {Number(first.From)} on, so that it has no targets below {Number(schedule.From)} either; start from one whose times begin lower");
        }

        return new(schedule.From, boundary, weight);

        Truncation? Refuse(string why, Found? cause = null)
        {
            problems.Add(new("CM5011", cause is not null && cause.Depth < truncated.Depth ? cause.Site : truncated.Site, type.Name, why));
            return null;
        }
    }

    // Formulas that could not be read may agree.
    private static bool HaveOneProcess(Schedule first, Schedule second) =>
        first.DataDeviation == second.DataDeviation && Samples.Between(Math.Min(first.From, second.From), Math.Max(first.To, second.To))
            .All(t => !(Gap(first.Signal, second.Signal, t) > 1e-9) && !(Gap(first.Noise, second.Noise, t) > 1e-9 * t));

    private static double Gap(Formulated? first, Formulated? second, double t) => first is null || second is null ? 0 : Math.Abs(first.Method.Evaluate(t) - second.Method.Evaluate(t));

    private static string? HeunComplaint(Schedule schedule, bool readable) =>
        readable && !schedule.IsDiffusion ? $"Heun's method follows a diffusion model, and {schedule.Name.Name} trains a consistency model, whose f(x, t) is a sample already; write [Sample({Number(schedule.To)})], or let Earlier be 0"
        : readable && !(schedule.Signal!.Method.Result is Number { Value: 1 } && schedule.Noise!.Method.IsIdentity) ? $"Heun's method needs Signal(t) = 1 and Noise(t) = t, and {schedule.Name.Name} has others"
        : null;

    private static string? Complaint(EquatableArray<double> times, Schedule schedule)
    {
        if (schedule.IsDiffusion)
            return $"{schedule.Name.Name} trains a diffusion model, whose f(x, t) is a mean and no sample; write [Heun(18)]";
        if (times.Count == 0)
            return "there is no sampling time; the first is usually the schedule's to, " + Number(schedule.To);
        for (var i = 0; i < times.Count; i++)
        {
            if (!(times[i] >= schedule.From && times[i] <= schedule.To))
                return $"the sampling time {Number(times[i])} lies outside the times of {schedule.Name.Name}, {Number(schedule.From)} to {Number(schedule.To)}";
            if (i > 0 && !(times[i] < times[i - 1]))
                return $"the sampling time {Number(times[i])} comes after {Number(times[i - 1])}, but sampling times fall";
        }

        return null;
    }

    private LossScale ReadLossScale(Found scale) => new(
        Checked(scale, "scale", scale.Attribute.ConstructorArguments, 0, value => value > 0, "above 0"),
        ScheduleReader.Named(scale.Attribute, "GrowthInterval") is { } interval ? (int)Checked(scale, "GrowthInterval", [interval], 0, steps => steps >= 1, "1 or more") : 2000);

    private Precision? ReadPrecision(Found precision)
    {
        if (precision.Attribute.ConstructorArguments.FirstOrDefault() is not { Type: INamedTypeSymbol { TypeKind: TypeKind.Enum } all, Value: int value })
            return null;
        if (all.GetMembers().OfType<IFieldSymbol>().FirstOrDefault(member => member.ConstantValue is int each && each == value) is { } chosen)
            return new(chosen.Name);
        Checked(precision, "compute", precision.Attribute.ConstructorArguments, 0, _ => false, "one of Compute's");
        return null;
    }

    private Evaluation? ReadEvaluation(Found evaluate, Found? data)
    {
        var samples = ScheduleReader.Named(evaluate.Attribute, "Samples") is { } many ? (int)Checked(evaluate, "Samples", [many], 0, value => value >= 2, "2 or more") : 2000;
        var every = ScheduleReader.Named(evaluate.Attribute, "Every") is { } steps ? (int)Checked(evaluate, "Every", [steps], 0, value => value >= 0, "0 or more") : 0;
        var example = Example(data);
        if (evaluate.Type is not { TypeKind: not TypeKind.Error } classifier)
            return evaluate.Attribute.AttributeClass!.IsGenericType ? null : new(null, every, samples);
        var complaint = ScheduleReader.Declared(classifier, "ClassifierAttribute") is null ? "it has no [Classifier]"
            : example.Length > 0 && !ClassifierReader.Takes(classifier, example) ? $"it does not take examples [{string.Join(", ", example)}]"
            : null;
        if (complaint is not null)
            problems.Add(new("CM5004", data is not null && data.Depth < evaluate.Depth ? data.Site : evaluate.Site, classifier.Name, "classifier", complaint));
        return new($"{Code(classifier)}.{ClassifierReader.Property}", every, samples);
    }

    private Comparison? ReadComparison()
    {
        if (ScheduleReader.Declared(type, "CompareAttribute") is not { ConstructorArguments: { Length: 1 } arguments } attribute || arguments[0] is not { Kind: TypedConstantKind.Array, Values: { IsDefaultOrEmpty: false } groups })
            return null;
        var seeds = ScheduleReader.Named(attribute, "Seeds") is { } many ? (int)Checked(new(attribute, sites.Add(attribute, type), 0), "Seeds", [many], 0, value => value >= 1, "1 or more") : 1;
        return new(groups.Select(group => group.Value as string).OfType<string>().ToEquatable(), seeds);
    }

    private HeunSampler ReadHeun(Found heun) => new(
        (int)Checked(heun, "steps", heun.Attribute.ConstructorArguments, 0, steps => steps >= 2, "2 or more"),
        ScheduleReader.Named(heun.Attribute, "Rho") is { } rho ? Checked(heun, "Rho", [rho], 0, value => value > 0, "above 0") : 7);

    private Loss ReadLoss(Found loss) => loss.Attribute.AttributeClass!.Name == "L2Attribute"
        ? new SquaredLoss()
        : new PseudoHuberLoss(Checked(loss, "c", loss.Attribute.ConstructorArguments, 0, c => c >= 0, "0 or more"),
            ScheduleReader.Named(loss.Attribute, "PerElement")?.Value is true);

    private OptimizerAxis ReadOptimizer(Found optimizer, Found? warmUp, Found? decay)
    {
        const string Share = "from 0 up to, but not including, 1";
        var kind = optimizer.Attribute.AttributeClass!.Name.Replace("Attribute", "");
        var rate = Checked(optimizer, "rate", optimizer.Attribute.ConstructorArguments, 0, rate => rate > 0, "above 0");
        var perRate = ScheduleReader.Named(optimizer.Attribute, "Decoupled")?.Value is true ? rate : 1;
        return new(kind, rate, Settings(optimizer,
            ("Beta1", 0.9, beta => beta >= 0 && beta < 1, Share, 1),
            ("Beta2", kind == "Lion" ? 0.99 : 0.999, beta => beta >= 0 && beta < 1, Share, 1),
            ("Epsilon", 1e-8, epsilon => epsilon > 0, "above 0", 1),
            ("WeightDecay", kind == "AdamW" ? 0.01 : 0, given => given >= 0, "0 or more", perRate)))
        {
            WarmUp = warmUp is null ? null : new(Steps(warmUp), After(warmUp)),
            Decay = decay?.Attribute.AttributeClass!.Name switch
            {
                null => null,
                "CosineAttribute" => new CosineDecay(),
                _ => new InverseSqrtDecay(Steps(decay!), After(decay!)),
            },
        };

        double Steps(Found found) => Checked(found, "steps", found.Attribute.ConstructorArguments, 0, steps => steps > 0, "above 0");

        double After(Found found) => ScheduleReader.Named(found.Attribute, "After") is { } given ? Checked(found, "After", [given], 0, after => after >= 0, "0 or more") : 0;
    }

    // The named arguments that differ from their defaults, each divided by its unit.
    private EquatableArray<Setting> Settings(Found found, params (string Property, double Usual, Func<double, bool> Fits, string Range, double Unit)[] known)
    {
        var settings = new List<Setting>();
        foreach (var (property, usual, fits, range, unit) in known)
        {
            if (ScheduleReader.Named(found.Attribute, property) is { } given && Checked(found, property, [given], 0, fits, range) / unit is var value && value != usual)
                settings.Add(new(char.ToLowerInvariant(property[0]) + property.Substring(1), Number(value)));
        }

        return settings.ToEquatable();
    }

    private EquatableArray<AverageAxis> ReadAverages()
    {
        for (var depth = 0; depth < line.Length; depth++)
        {
            var given = Given(line[depth], AverageAttributes).Select(attribute => new Found(attribute, sites.Add(attribute, line[depth]), depth)).ToArray();
            if (given.Length == 0)
                continue;
            var averages = given.Select(ReadAverage).ToArray();
            for (var i = 0; i < averages.Length; i++)
            {
                if (averages.Take(i).Any(before => before.Kind == averages[i].Kind && before.Size == averages[i].Size))
                    problems.Add(new("CM5003", given[i].Site, line[depth].Name, "average of " + Number(averages[i].Size)));
            }

            return averages.ToEquatable();
        }

        return [];
    }

    private AverageAxis ReadTeacher(Found teacher, Found? times, TimesAxis? read)
    {
        var decay = Checked(teacher, "decay", teacher.Attribute.ConstructorArguments, 0, decay => decay >= 0 && decay < 1, "from 0 up to, but not including, 1");
        var cuts = Settings(teacher, ("Cuts", 0, cuts => cuts >= 1, "1 or more", 1));
        if (cuts.Count > 0 && read is { IsContinuous: true })
            problems.Add(new("CM5004", times!.Depth < teacher.Depth ? times.Site : teacher.Site, read.Name, "times", "the Cuts of [EmaTeacher] are intervals of a grid, and it is continuous; leave them out, or give it Grid and Cuts"));
        return new("EmaTeacher", decay, cuts);
    }

    private AverageAxis ReadAverage(Found average)
    {
        var kind = average.Attribute.AttributeClass!.Name.Replace("Attribute", "");
        return kind switch
        {
            "EmaPower" => new(kind, First("deviation", deviation => deviation > 0 && deviation < Math.Sqrt(1 / 12.0), "above 0 and below 0.2886"),
                Settings(average, ("Snapshots", 0, times => Flag("Swapped").Any() ? times == 0 : times >= 0, Flag("Swapped").Any() ? "0, because only EDM2's profile can be taken apart again and this one has Swapped" : "0 or more", 1)).Concat(Flag("Swapped")).ToEquatable()),
            "EmaHalfLife" => new(kind, First("examples", examples => examples > 0, "above 0"), Settings(average, ("RampUp", double.PositiveInfinity, share => share > 0, "above 0", 1)).Concat(Flag("IncludesStep")).ToEquatable()),
            _ => new(kind, First("decay", decay => decay >= 0 && decay < 1, "from 0 up to, but not including, 1"), Settings(average,
                ("Every", 1, every => every >= 1, "1 or more", 1),
                ("After", 0, after => after >= 0, "0 or more", 1))),
        };

        double First(string what, Func<double, bool> fits, string range) => Checked(average, what, average.Attribute.ConstructorArguments, 0, fits, range);

        IEnumerable<Setting> Flag(string property) => ScheduleReader.Named(average.Attribute, property)?.Value is true ? [new Setting(char.ToLowerInvariant(property[0]) + property.Substring(1), "true")] : [];
    }

    private void CheckBudget(Found budget, Experiment experiment, Found model)
    {
        var gib = ScheduleReader.Named(budget.Attribute, "GiB") is { } given ? ScheduleReader.Real(given) : 0;
        if (!(gib > 0))
            problems.Add(new("CM5008", budget.Site, "GiB", Number(gib), "above 0"));
        else if (ReadContract(model) is { } contract && MemoryNeed.Of(experiment, contract) is { } need && !need.FitsIn(gib))
            problems.Add(new("CM5012", budget.Depth == 0 ? budget.Site : name, type.Name, need.Total, Number(gib), need.Sum, need.BatchWithin(gib) is > 0 and var batch ? $"it fits with Batch = {batch}" : "no batch fits"));
    }

    // Steps and Batch are inherited one by one.
    private int Size(string property)
    {
        if (Named(property) is not { } given)
        {
            if (!type.IsAbstract)
                problems.Add(new("CM5002", name, type.Name, property.ToLowerInvariant(), $"[Experiment({property} = …)]") { Hints = [property.ToLowerInvariant()] });
            return 0;
        }

        return (int)Checked(given.Found, property, [given.Value], 0, size => size >= 1, "1 or more");
    }

    private (TypedConstant Value, Found Found)? Named(string property)
    {
        for (var depth = 0; depth < line.Length; depth++)
        {
            var attribute = ScheduleReader.Declared(line[depth], "ExperimentAttribute")!;
            if (ScheduleReader.Named(attribute, property) is { } value)
                return (value, new(attribute, sites.Add(attribute, line[depth]), depth));
        }

        return null;
    }

    private double Checked(Found found, string what, IReadOnlyList<TypedConstant> arguments, int index, Func<double, bool> fits, string range)
    {
        // An argument that is missing altogether is the C# compiler's business.
        if (arguments.Count <= index)
            return double.NaN;
        var value = ScheduleReader.Real(arguments[index]);
        if (!fits(value))
            problems.Add(new("CM5008", found.Site, what, Number(value), range));
        return value;
    }

    // The short name where the record's namespace sees it, else the full one.
    private string Code(INamedTypeSymbol used)
    {
        for (var space = type.ContainingNamespace; space is not null && used is { ContainingType: null, IsGenericType: false }; space = space.ContainingNamespace)
        {
            if (SymbolEqualityComparer.Default.Equals(space, used.ContainingNamespace))
                return EscapeType(used.Name);
        }

        return used.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);
    }
}
