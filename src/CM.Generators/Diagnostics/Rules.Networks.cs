using Microsoft.CodeAnalysis;

namespace CM.Generators.Diagnostics;

internal static partial class Rules
{
    private const string Form = "CM.Form";
    private const string Shapes = "CM.Shapes";

    private static readonly DiagnosticDescriptor CM1001 = new(
        "CM1001", "Network that is not partial",
        "'{0}' is a network but not partial, so its module cannot be generated: write 'partial record {0}'",
        Form, DiagnosticSeverity.Error, true,
        "The generator adds the module and the layers to the record, which C# allows for partial types alone.",
        Pages + "CM1001.md");

    private static readonly DiagnosticDescriptor CM1002 = new(
        "CM1002", "Network without an input",
        "'{0}' has neither Forward nor [Shape]: add [Shape(\"B\", …)] to say what flows into its first layer, or write Forward",
        Form, DiagnosticSeverity.Error, true,
        "A network without Forward passes its input through its layers in order; the shape of that input stands on the record.",
        Pages + "CM1002.md");

    private static readonly DiagnosticDescriptor CM1003 = new(
        "CM1003", "Outside the Value language",
        "{0} cannot express {1}",
        Form, DiagnosticSeverity.Error, true,
        "Forward and Couple are read and never run. They know 'var' locals, one return, '|', '+', '-', '*', numbers, constants of the record, Value.Cat and tuples.",
        Pages + "CM1003.md");

    private static readonly DiagnosticDescriptor CM1004 = new(
        "CM1004", "Unknown name in Forward or Couple",
        "'{0}' is neither an input, a local, a layer of this record nor a function.{1}",
        Form, DiagnosticSeverity.Error, true,
        "Forward wires inputs, locals and layers by name.",
        Pages + "CM1004.md");

    private static readonly DiagnosticDescriptor CM1005 = new(
        "CM1005", "Layer that is never used",
        "Layer '{0}' is declared and never used: remove it, or pipe something into it",
        Form, DiagnosticSeverity.Warning, true,
        "An unused layer would hold parameters that are never trained.",
        Pages + "CM1005.md");

    private static readonly DiagnosticDescriptor CM1006 = new(
        "CM1006", "Layer that is not a partial property",
        "'{0}' must be a partial property of type Layer: 'public partial Layer {0} {{ get; }}'",
        Form, DiagnosticSeverity.Error, true,
        "The generator implements the property and tells its shapes there.",
        Pages + "CM1006.md");

    private static readonly DiagnosticDescriptor CM1007 = new(
        "CM1007", "Layer without one kind",
        "'{0}' needs exactly one layer attribute and has {1}",
        Form, DiagnosticSeverity.Error, true,
        "The attribute says which kind of layer it is, such as [Linear(2, 128)].",
        Pages + "CM1007.md");

    private static readonly DiagnosticDescriptor CM1008 = new(
        "CM1008", "Number out of range",
        "'{1}' of '{0}' must be {2}",
        Form, DiagnosticSeverity.Error, true,
        "The layer cannot be built, or the function cannot be called, with this number.",
        Pages + "CM1008.md");

    private static readonly DiagnosticDescriptor CM1009 = new(
        "CM1009", "Unknown name in a size",
        "\"{0}\" names '{1}', which is unknown here: there are {2}",
        Form, DiagnosticSeverity.Error, true,
        "A size may name the record's parameters; the result's shape may also name axes of the inputs.",
        Pages + "CM1009.md");

    private static readonly DiagnosticDescriptor CM1010 = new(
        "CM1010", "Not a size",
        "'{0}' is not a size: write a whole number, nameof(Parameter), or a term such as \"2*Width\"",
        Form, DiagnosticSeverity.Error, true,
        "Sizes are whole numbers, names and terms of both with +, -, * and /.",
        Pages + "CM1010.md");

    private static readonly DiagnosticDescriptor CM1011 = new(
        "CM1011", "Block that cannot be used",
        "'{0}' cannot use this block: {1}",
        Form, DiagnosticSeverity.Error, true,
        "A block is a [Network] record and takes a value for each of its parameters.",
        Pages + "CM1011.md");

    private static readonly DiagnosticDescriptor CM1012 = new(
        "CM1012", "Shape that is missing",
        "'{0}' has no [Shape]: say which axes it has, such as [Shape(\"B\", 2)] or [return: Shape(\"B\", 2)]",
        Form, DiagnosticSeverity.Error, true,
        "Shapes of inputs and results are the contract by which a network is checked and used.",
        Pages + "CM1012.md");

    private static readonly DiagnosticDescriptor CM1013 = new(
        "CM1013", "Network that contains itself",
        "'{0}' makes this network contain itself through '{1}'",
        Form, DiagnosticSeverity.Error, true,
        "A network inside itself would never end.",
        Pages + "CM1013.md");

    private static readonly DiagnosticDescriptor CM1014 = new(
        "CM1014", "Parameter that is not a whole number",
        "Parameter '{0}' is {1}, but a network's parameters are whole numbers: write int",
        Form, DiagnosticSeverity.Error, true,
        "Parameters of a network are sizes.",
        Pages + "CM1014.md");

    private static readonly DiagnosticDescriptor CM1015 = new(
        "CM1015", "Too many inputs or none",
        "Forward takes {0} inputs, but a network has one, two or three",
        Form, DiagnosticSeverity.Error, true,
        "A tuple that feeds a block has two or three values.",
        Pages + "CM1015.md");

    private static readonly DiagnosticDescriptor CM2001 = new(
        "CM2001", "Size that does not fit a layer",
        "'{0}' expects {2} {1} but '{3}' {4} has {5}.{6}{7}",
        Shapes, DiagnosticSeverity.Error, true,
        "A size in the attribute differs from the size that flows in.",
        Pages + "CM2001.md");

    private static readonly DiagnosticDescriptor CM2002 = new(
        "CM2002", "Wrong number of axes",
        "'{0}'{1} takes {2} but '{3}' is {4}.{5}",
        Shapes, DiagnosticSeverity.Error, true,
        "Convolutions and resampling take images [B, channels, height, width], embeddings take one number per sample [B].",
        Pages + "CM2002.md");

    private static readonly DiagnosticDescriptor CM2003 = new(
        "CM2003", "Values that cannot be joined",
        "Cannot join '{0}' {1} with '{2}' {3} along channels: {4}.{5}{6}",
        Shapes, DiagnosticSeverity.Error, true,
        "Value.Cat joins along channels; every other axis must agree.",
        Pages + "CM2003.md");

    private static readonly DiagnosticDescriptor CM2004 = new(
        "CM2004", "Values that cannot be combined",
        "Cannot compute '{1}' {2} {0} '{3}' {4}: {5}.{6}{7}",
        Shapes, DiagnosticSeverity.Error, true,
        "Axes align from the left; each pair must be equal or one of them 1.",
        Pages + "CM2004.md");

    private static readonly DiagnosticDescriptor CM2005 = new(
        "CM2005", "Block called with a wrong shape",
        "'{0}' takes {1} but '{2}' is {3}: {4}.{5}{6}",
        Shapes, DiagnosticSeverity.Error, true,
        "A block takes what its Forward's [Shape]s say, with its parameters filled in.",
        Pages + "CM2005.md");

    private static readonly DiagnosticDescriptor CM2006 = new(
        "CM2006", "Result that contradicts the contract",
        "Forward returns {0} but promises {1}: {2}.{3}{4}",
        Shapes, DiagnosticSeverity.Error, true,
        "The [return: Shape] is what users of the network rely on.",
        Pages + "CM2006.md");

    private static readonly DiagnosticDescriptor CM2007 = new(
        "CM2007", "Groups that do not divide",
        "{1} ({2} of '{0}') does not divide its {4} {3}.{5}",
        Shapes, DiagnosticSeverity.Error, true,
        "Channels are split into equal groups.",
        Pages + "CM2007.md");

    private static readonly DiagnosticDescriptor CM2008 = new(
        "CM2008", "Nothing left",
        "'{0}' leaves nothing of '{3}' {4}: its {1} is only {2}.{5}{6}",
        Shapes, DiagnosticSeverity.Error, true,
        "The kernel or the factor is larger than the image.",
        Pages + "CM2008.md");

    private static readonly DiagnosticDescriptor CM2009 = new(
        "CM2009", "Fits only for some sizes",
        "This fits only if {1} is divisible by {2}: {0}",
        Shapes, DiagnosticSeverity.Warning, true,
        "The sizes agree for some values of the named axes only; the generated code checks them when it runs. Declare the axis as a multiple, such as \"2*H\", to promise it.",
        Pages + "CM2009.md");

    private static readonly DiagnosticDescriptor CM2010 = new(
        "CM2010", "Repeated layer that changes the shape",
        "'{0}' is repeated, but it turns {1} into {2}: a repeated layer must give back the shape it takes.{3}",
        Shapes, DiagnosticSeverity.Error, true,
        "Each copy takes what the copy before it gives.",
        Pages + "CM2010.md");

    private static readonly DiagnosticDescriptor CM2011 = new(
        "CM2011", "Block that does not fit inside",
        "'{0}' cannot be built with these sizes: in '{1}', {2}, but {3}.{4}",
        Shapes, DiagnosticSeverity.Error, true,
        "The block's own layers put a condition on its parameters.",
        Pages + "CM2011.md");

    private static readonly DiagnosticDescriptor CM2012 = new(
        "CM2012", "Wrong number of values",
        "{0} takes {1} values but gets {2}",
        Shapes, DiagnosticSeverity.Error, true,
        "Tuples feed and take apart networks with several inputs or outputs.",
        Pages + "CM2012.md");

    private static readonly DiagnosticDescriptor CM2013 = new(
        "CM2013", "Function without a contract",
        "'{0}' needs 'public static Tensor Apply(Tensor x)' in '{1}', with one to three inputs and a [Shape] on each of them and on the result",
        Shapes, DiagnosticSeverity.Error, true,
        "A function of your own is checked by the shapes that its function promises, and the promise is checked on the first result of a run.",
        Pages + "CM2013.md");

    private static readonly DiagnosticDescriptor CM2014 = new(
        "CM2014", "U-Net that does not fit together",
        "'{0}' does not fit together with these numbers and this block: {1}",
        Shapes, DiagnosticSeverity.Error, true,
        "A block of a U-Net is a record (int In, int Out, int Embedding) whose Forward takes [B, In, H, W] and [B, Embedding] to [B, Out, H, W]; norms split every level's channels into groups.",
        Pages + "CM2014.md");

    private static DiagnosticDescriptor[] NetworkRules =>
    [
        CM1001, CM1002, CM1003, CM1004, CM1005, CM1006, CM1007, CM1008,
        CM1009, CM1010, CM1011, CM1012, CM1013, CM1014, CM1015, CM2001, CM2002,
        CM2003, CM2004, CM2005, CM2006, CM2007, CM2008, CM2009, CM2010,
        CM2011, CM2012, CM2013, CM2014,
    ];
}
